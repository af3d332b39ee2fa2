"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from config.bodies import receiving
from config.postgresql import timeouts
from config.proxies import believing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request in UTF-8, whatever the client calls it.

    Django takes the name of any codec, and falls over one that decodes no text, such as
    `Content-Type: application/json; charset=hex`, before there is anything that could answer.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, name: str) -> None:
        pass


_django = get_wsgi_application()
timeouts.limit()
_django.request_class = Request
received: Any = believing(settings.TRUSTED_PROXIES, _django) if settings.TRUSTED_PROXIES else _django
"""The application that `manage.py serve` calls after it has received the body."""

application = receiving(received)
