"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Utf8Request(WSGIRequest):
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


application = get_wsgi_application()
application.request_class = Utf8Request

if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(application, settings.TRUSTED_PROXIES)
