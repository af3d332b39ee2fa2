"""The ASGI application: the streams. `manage.py serve` runs it beside the WSGI server; so can any ASGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from compat_mastodon.streaming.app import application  # noqa: E402  # needs what was set up above
from config.postgresql import timeouts  # noqa: E402

timeouts.limit()

__all__ = ["application"]
