"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os
from io import BytesIO, RawIOBase
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from config.proxies import believing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LONGEST = 26_000_001  # bytes that are kept of a body; one more than any door takes
LONGEST_SKIPPED = 100_000_000
PART = 65_536  # bytes


class BrokenOff(RawIOBase):
    """A body that its client did not send to the end: half a form is none, but looks like one."""

    def read(self, size: int = -1) -> bytes:
        raise SuspiciousOperation("The client broke off.")


class Request(WSGIRequest):
    """A request in UTF-8, whatever the client calls it, and with all of its body, whether its length was told or not.

    Django takes the name of any codec, and falls over one that decodes no text, such as
    `Content-Type: application/json; charset=hex`, before there is anything that could answer.
    And it takes a body in chunks, which comes without its length, for none.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if length := _length(environ):
            source = environ["wsgi.input"]
            body = source.read(min(length, LONGEST))
            if "HTTP_TRANSFER_ENCODING" in environ or len(body) == min(length, LONGEST):
                _skip(source)
                environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            else:
                environ["wsgi.input"] = BrokenOff()
        super().__init__(environ)

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, name: str) -> None:
        pass


def _length(environ: dict[str, Any]) -> int:
    """How many bytes of a body may come; nobody says that of one in chunks."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return LONGEST
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isdecimal() else 0


def _skip(source: IO[bytes]) -> None:
    """Read the rest, which is too much: who is cut off while sending may never see the answer."""
    for _ in range(LONGEST_SKIPPED // PART):
        if not source.read(PART):
            break


_django = get_wsgi_application()
_django.request_class = Request
application = believing(settings.TRUSTED_PROXIES, _django) if settings.TRUSTED_PROXIES else _django
