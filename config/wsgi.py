"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


LONGEST_CHUNKED = 26_000_001  # bytes; one more than any door takes


class Request(WSGIRequest):
    """A request in UTF-8, whatever the client calls it, and with its body even if nobody said how long it is.

    Django takes the name of any codec, and falls over one that decodes no text, such as
    `Content-Type: application/json; charset=hex`, before there is anything that could answer.
    And it takes a body in chunks, which comes without its length, for none.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"].read(LONGEST_CHUNKED)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        super().__init__(environ)

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, name: str) -> None:
        pass


application = get_wsgi_application()
application.request_class = Request

if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(application, settings.TRUSTED_PROXIES)
