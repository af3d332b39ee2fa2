"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os
from contextlib import suppress
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


LONGEST_CHUNKED = 26_000_001  # bytes; one more than any door takes
LONGEST_SKIPPED = 100_000_000
PART = 65_536  # bytes


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

    def skip_unread(self) -> None:
        """Read the rest of the body, which nobody wanted: who is cut off while sending may never see the answer."""
        with suppress(OSError):  # the client has gone
            for _ in range(LONGEST_SKIPPED // PART):
                if not self.read(PART):
                    break


class Handler(WSGIHandler):
    """Django, answering a request when all of it is there."""

    request_class = Request

    def get_response(self, request: Request) -> HttpResponseBase:  # type: ignore[override]  # all are our own
        response = super().get_response(request)
        request.skip_unread()
        return response


django.setup(set_prefix=False)
application = Handler()

if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(application, settings.TRUSTED_PROXIES)
