"""The application as `manage.py serve` runs it: the WSGI application, which starts when the body is complete.

A WSGI application reads the body in its thread. Each worker has only one, so a few clients that stop in the middle of
a body would block all others.

A request that waits for a lock of the database, or for work in a thread, starts again later (`accounts.retries`).
Meanwhile the worker answers other requests.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

from django import db
from django.conf import settings
from django.core.cache import caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import LimitedStream
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # it exports both

from accounts.headers import listed
from accounts.retries import Again, Tries
from config import long_answers, sockets, wsgi
from config.bodies import PATIENCE, Body
from config.watchdog import Worker

LOCKS: float | None = settings.POSTGRESQL_TIMEOUTS["lock_timeout"] or None  # seconds that a request waits in all
if connection.vendor == "sqlite":
    LOCKS = connection.settings_dict["OPTIONS"]["timeout"]
PAUSE = 0.1  # seconds between two that try for a lock again; each holds the worker for less
MOST_RESTING = 25  # requests of a worker that wait for locks; those beyond hear at once that the server is busy
_resting: set[Tries] = set()
_one_at_a_time = asyncio.Lock()
META = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}

# No request runs in an event loop. Django would look for one each time before it gives a thread's connection or cache.
_connections: Any = db.connections
_connections._connections = _connections._connections._storage  # noqa: SLF001
_caches: Any = caches
_caches._connections = threading.local()  # noqa: SLF001
# `_close` looks at the connections, and there is no URLconf to forget.
for receiver in (close_old_connections, reset_urlconf):
    request_finished.disconnect(receiver)


class Request(wsgi.Request):
    """A request from granian, which has decoded it. All paths are the application's, and the body is whole."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self.META = self.environ = meta
        self.path = self.path_info = meta["PATH_INFO"] or "/"
        self.method = meta["REQUEST_METHOD"].upper()
        self.content_type, self.content_params = "", {}
        if "CONTENT_TYPE" in meta:
            self._set_content_type_params(meta)  # type: ignore[attr-defined]  # the stubs leave it out
        length = int(meta.get("CONTENT_LENGTH") or 0)  # Django closes what it has read, which may be read once more
        self._stream: Any = LimitedStream(meta["wsgi.input"], length) if length else meta["wsgi.input"]
        self._read_started = False
        self.resolver_match = None

    @property
    def scheme(self) -> str:
        return str(self.META["wsgi.url_scheme"])

    def get_host(self) -> str:
        return _allowed(self.META["HTTP_HOST"]) if "HTTP_HOST" in self.META else super().get_host()


@lru_cache(256)
def _allowed(host: str) -> str:
    """:raises DisallowedHost: when the server does not answer to this Host."""
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    return request.get_host()


async def application(scope: Scope, protocol: HTTPProtocol) -> None:
    """Answer one request. While it waits, the worker answers others."""
    meta = _meta(scope)
    if Body.comes_with(meta):
        await _receive(protocol, meta)
    tries = Tries(LOCKS)
    while isinstance(outcome := _try(scope, protocol, meta, tries), Again):
        if outcome.done:
            await asyncio.gather(asyncio.wrap_future(outcome.done), return_exceptions=True)
        else:
            await _rest(tries)
    if outcome is not None:
        try:
            await _stream(scope, protocol.response_stream(outcome.status_code, listed(outcome)), iter(outcome))
        finally:
            with _AtWork(scope):
                _close(outcome, meta)


def _try(scope: Scope, protocol: HTTPProtocol, meta: dict[str, Any], tries: Tries) -> Again | HttpResponse | None:
    """Answer, unless the request is to begin anew, or its answer is long: that is given, to be sent part by part."""
    try:
        with _AtWork(scope), tries:
            response: HttpResponse = wsgi.respond(Request(meta.copy()))
            if response.streaming:
                return response
            protocol.response_bytes(response.status_code, listed(response), response.content)
            _close(response, meta)
    except Again as again:
        if meta["wsgi.input"].seekable():
            meta["wsgi.input"].seek(0)
        return again
    return None


class _AtWork:
    """While Django runs, this thread is its own, and the watchdog knows of the request."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __enter__(self) -> None:
        Worker.post.begin(self._scope.method, self._scope.path)
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)  # noqa: SLF001  # Django would take itself for a coroutine, and refuse to work

    def __exit__(self, *error: object) -> None:
        asyncio._set_running_loop(self._loop)  # noqa: SLF001
        Worker.post.end()


async def _rest(tries: Tries) -> None:
    """Wait until it makes sense to try for a lock again. Of those who wait, one tries at a time."""
    if len(_resting) >= MOST_RESTING:
        tries.give_up()
        return
    _resting.add(tries)
    try:
        async with _one_at_a_time:
            await asyncio.sleep(PAUSE)
    finally:
        _resting.discard(tries)


async def _stream(scope: Scope, stream: Any, parts: Iterator[bytes]) -> None:
    """Send a long answer. If it breaks off, the client can tell."""

    def next_part() -> bytes | None:
        with _AtWork(scope):
            return next(parts, None)

    try:
        await long_answers.send(stream, next_part)
    except ProtocolClosed:  # the client went away
        pass
    except TimeoutError:
        sockets.cut_off(scope.client)
    except Exception:
        sockets.cut_off(scope.client)
        raise


def _close(response: HttpResponse, meta: dict[str, Any]) -> None:
    response.close()
    close_old_connections()
    meta["wsgi.input"].close()


async def _receive(protocol: HTTPProtocol, meta: dict[str, Any]) -> None:
    """Take in the body.

    granian hands the parts over and then an empty one, for the end. Where the body broke off, or its chunks are
    malformed, there is an empty part before that one. So there is with a trailer, which nobody sends.
    """
    body, ends, parts, time = Body(meta), 0, aiter(protocol), asyncio.get_running_loop().time
    started = time()
    try:
        while body.wants_more:
            async with asyncio.timeout_at(min(time() + PATIENCE, started + body.time)):
                part = await anext(parts)
            if part:
                body.add(part)
            else:
                ends += 1
    except StopAsyncIteration:
        pass
    except TimeoutError:
        ends = 0
    finally:
        body.finish(whole=ends == 1)


def _meta(scope: Scope) -> dict[str, Any]:
    """Build the WSGI metament of a request (PEP 3333), with an empty body."""
    server, _, port = scope.server.rpartition(":")
    meta = META | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path,
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
    }
    for name, value in scope.headers.items():
        if key := _key(name):
            meta[key] = f"{meta[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in meta else value
    if scope.authority:  # whatever the header says (RFC 9112)
        meta["HTTP_HOST"] = scope.authority
    elif "HTTP_HOST" not in meta and scope.http_version != "1":
        meta["HTTP_HOST"] = ""  # which Django refuses, as HTTP/1.1 demands
    return meta


@lru_cache(256)
def _key(name: str) -> str | None:
    """None for a name with an underscore, which would pass for another header's, but for that of Twittner's apps."""
    if "_" in name and name.lower() != "session_id":
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
