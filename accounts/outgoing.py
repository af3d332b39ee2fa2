"""Calls to other people's servers: one deadline for the whole call, the look-up of its name included.

A timeout of the socket is for each read, and there may be many; the system's look-up of a name knows
none at all. So the name is looked up in a thread that may be left behind, and the connection is cut off
when the time is over.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import BoundedSemaphore, Thread, Timer
from typing import Any
from urllib.parse import SplitResult, urlsplit

LOOKUPS = 64  # look-ups of names under way in this process, with those that nobody waits for any more

MOST_BYTES = 100_000  # that are read of an answer

_lookups = BoundedSemaphore(LOOKUPS)


class Unreachable(Exception):
    """The server did not answer as one, or may not be talked to."""


class TimedOut(Unreachable):
    """The server did not answer in time."""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    allowed: Callable[[str], bool] | None = None,
) -> int:
    """Post once, and give the status; a redirect is not followed.

    If `allowed` is given, only addresses that it accepts are connected to; it is told their numbers.

    :raises TimedOut: when the server did not answer within `seconds`, all in all.
    :raises Unreachable: when it did not answer with HTTP, or has no allowed address.
    """
    return _exchange("POST", url, body, headers, time.monotonic() + seconds, allowed)[0]


def get(url: str, headers: Mapping[str, str], *, end: float) -> tuple[int, bytes]:
    """Get once, and give the status and the first `MOST_BYTES` of the answer; a redirect is not followed.

    `end` is a moment of `time.monotonic`, so that several calls can share one deadline.

    :raises TimedOut: when the whole answer was not there in time.
    :raises Unreachable: when the server did not answer as one.
    """
    return _exchange("GET", url, None, headers, end)


def _exchange(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    end: float,
    allowed: Callable[[str], bool] | None = None,
) -> tuple[int, bytes]:
    try:
        answer = _answer(method, urlsplit(url), body, headers, end, allowed)
        _left(end)  # an answer that was cut off looks like a short one
    except (OSError, HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() >= end
        raise (TimedOut if late else Unreachable)(type(error).__name__) from error
    return answer


def _answer(
    method: str,
    url: SplitResult,
    body: bytes | None,
    headers: Mapping[str, str],
    end: float,
    allowed: Callable[[str], bool] | None,
) -> tuple[int, bytes]:
    tls = url.scheme == "https"
    usual = 443 if tls else 80
    host, port = url.hostname or "", url.port or usual
    connection = HTTPConnection(host, port)
    connection.default_port = usual  # which the header `Host` leaves out
    connection.sock = connected(host, port, end, allowed)
    try:
        if tls:
            connection.sock = _context().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
        with _cut_off_at(end, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            path = url.path or "/"
            connection.request(method, f"{path}?{url.query}" if url.query else path, body, dict(headers))
            with connection.getresponse() as response:
                return response.status, b"" if method == "POST" else response.read(MOST_BYTES)
    finally:
        connection.close()


@cache
def _context() -> ssl.SSLContext:
    """Return the trusted certificates. Reading them takes long, so they are read once."""
    return ssl.create_default_context()


def connected(host: str, port: int, end: float, allowed: Callable[[str], bool] | None = None) -> socket.socket:
    """A connection that was made before `end`.

    :raises OSError: when no allowed address takes the connection.
    """
    failure = OSError("no public address")
    for family, kind, protocol, _, address in _addresses(host, port, end):
        if allowed and not allowed(str(address[0])):
            continue
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(_left(end))
            plain.connect(address)
        except OSError as error:
            plain.close()
            failure = error
        else:
            return plain
    raise failure


def _addresses(host: str, port: int, end: float) -> list[Any]:
    """:raises OSError: when the name is unknown, or was not found in time."""
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            found.set_exception(error)
        finally:
            _lookups.release()

    if not _lookups.acquire(timeout=_left(end)):
        raise TimeoutError("too many names are being looked up")
    Thread(target=look_up, name="lookup", daemon=True).start()
    return found.result(_left(end))


@contextmanager
def _cut_off_at(end: float, connected: socket.socket) -> Iterator[None]:
    def cut_off() -> None:
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    watch = Timer(_left(end), cut_off)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _left(end: float) -> float:
    """:raises TimeoutError: when the time is over."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
