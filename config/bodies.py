"""The bodies of requests: how much of one is kept, where, and for how long it may come in.

A form may have about 1 MB, what brings a file 26 MB. Which of the two it is shows before anything is kept, in the
request's type or address. More than a little is kept on disk, so that nobody fills the memory by sending.
"""

import re
from collections.abc import Iterable, Iterator
from io import RawIOBase
from tempfile import SpooledTemporaryFile
from typing import Any, ClassVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation

LARGEST = 26_000_001  # bytes that are kept of a body with a file; one more than any API takes
LARGEST_FORM = 1_048_576  # bytes that are kept of any other
LARGEST_SKIPPED = 100_000_000  # bytes that are read and thrown away, so that the client sees the answer
MOST_ON_THEIR_WAY = 1_000_000_000  # bytes that a process keeps of bodies that are not there yet
IN_MEMORY = 65_536  # bytes of one body; the rest of it is on disk
PATIENCE = 30  # seconds until more of a body must have come
SLOWEST = 10_000  # bytes a second that must have come on average, beside the first PATIENCE seconds
PART = 65_536  # bytes that are read at once
FEWEST_PARTS = 10_000  # parts that any body in chunks may have
SMALLEST_PART = 256  # bytes that the parts beyond these must have on average
# Where pictures may come as text in a form or in JSON.
UPLOADS = re.compile(r"/+(api/v1/(accounts/update_credentials|profile)|mobile_api/+(avatar|cover))/*\Z")


class BrokenOff(SuspiciousOperation):
    """The client did not send all of the body, or sent no chunks where it said so."""


class NoRoom(SuspiciousOperation):
    """The disk takes no more of the body, or too much is on its way already."""


class Refused(RawIOBase):
    """Stands for a body that is not to be read: who tries hears why."""

    def __init__(self, reason: SuspiciousOperation) -> None:
        self.reason = reason

    def read(self, size: int = -1) -> bytes:
        raise self.reason


class Body:
    """One body while it comes in, part by part."""

    on_their_way: ClassVar[int] = 0  # bytes of all bodies that this process is receiving

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ
        self.in_chunks = "HTTP_TRANSFER_ENCODING" in environ
        told = str(environ.get("CONTENT_LENGTH", ""))
        self.told = int(told) if told.isdecimal() and not self.in_chunks else None
        with_file = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/")
        self.most = LARGEST if with_file or UPLOADS.match(environ["PATH_INFO"]) else LARGEST_FORM
        self.length = self.parts = self._held = 0
        self._has_room = True
        self._kept = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # it lives as long as the request

    @staticmethod
    def comes_with(environ: WSGIEnvironment) -> bool:
        return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") not in {"", "0"}

    @property
    def too_large(self) -> bool:
        return max(self.length, self.told or 0) > self.most

    @property
    def wants_more(self) -> bool:
        """False for a body that is too large to read to its end, or comes in crumbs."""
        return self.length < LARGEST_SKIPPED and self.parts < FEWEST_PARTS + self.length // SMALLEST_PART

    @property
    def time(self) -> float:
        """Seconds from its beginning in which it must have got further than it is."""
        return PATIENCE + self.length / SLOWEST

    def add(self, part: bytes) -> None:
        self.length += len(part)
        self.parts += 1
        if self._has_room and not self.too_large:
            self._keep(part)
        else:
            self._drop()

    def _keep(self, part: bytes) -> None:
        Body.on_their_way += len(part)
        self._held += len(part)
        try:
            if Body.on_their_way > MOST_ON_THEIR_WAY:
                raise OSError
            self._kept.write(part)
        except OSError:
            self._has_room = False
            self._drop()

    def _arrive(self) -> None:
        Body.on_their_way -= self._held
        self._held = 0

    def _drop(self) -> None:
        self._arrive()
        self._kept.close()

    def finish(self, *, whole: bool) -> None:
        """Hand the body to the request, which can read it only if it is complete and not too large."""
        self._arrive()
        if not self._has_room:
            self._environ["wsgi.input"] = Refused(NoRoom("There is no room for the body."))
            self._environ["CONTENT_LENGTH"] = str(self.length)
        elif self.too_large:
            self._kept.close()
            self._environ["wsgi.input"] = Refused(RequestDataTooBig("The body is too large."))
            self._environ["CONTENT_LENGTH"] = str(max(self.length, self.told or 0))
        elif not whole or (self.told is not None and self.length != self.told):
            self._kept.close()
            self._environ["wsgi.input"] = Refused(BrokenOff("The body broke off."))
            self._environ["CONTENT_LENGTH"] = str(self.length + 1)
        else:
            self._kept.seek(0)
            self._environ["wsgi.input"] = self._kept
            self._environ["CONTENT_LENGTH"] = str(self.length)


def receiving(application: WSGIApplication) -> WSGIApplication:
    """The application for any WSGI server, which leaves it to the application to read a body."""

    def received(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not Body.comes_with(environ):
            return application(environ, start_response)
        _receive(environ)
        return _Answer(application(environ, start_response), environ["wsgi.input"])

    return received


class _Answer:
    """An answer whose request gives its body up once the answer was taken, or closed."""

    def __init__(self, parts: Iterable[bytes], body: Any) -> None:
        self._parts, self._body = parts, body

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        finally:
            self._body.close()

    def close(self) -> None:
        try:
            if hasattr(self._parts, "close"):
                self._parts.close()
        finally:
            self._body.close()


def _receive(environ: WSGIEnvironment) -> None:
    body, source = Body(environ), environ["wsgi.input"]
    rest = LARGEST_SKIPPED if body.told is None else min(body.told, LARGEST_SKIPPED)
    while rest and (part := source.read(min(rest, PART))):
        body.add(part)
        rest -= len(part)
    body.finish(whole=True)
