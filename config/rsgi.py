"""The application as `manage.py serve` runs it: the WSGI application, which starts when the body is complete.

A WSGI application reads the body in its thread. Each worker has only one, so a few clients that stop in the middle of
a body would block all others.

A request that waits for a lock of the database, or for work in a thread, starts again later (`accounts.turns`).
Meanwhile the worker answers other requests.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # it exports both

from accounts.headers import listed
from accounts.turns import Again, Turn
from config import wsgi
from config.bodies import PATIENCE, Body
from config.watchdog import Worker

LOCKS: float | None = settings.POSTGRESQL_TIMEOUTS["lock_timeout"] or None  # seconds that a request waits in all
if connection.vendor == "sqlite":
    LOCKS = connection.settings_dict["OPTIONS"]["timeout"]
PAUSE = 0.1  # seconds between two that try for a lock again; each holds the worker for less
MOST_RESTING = 25  # requests of a worker that wait for locks; those beyond hear at once that the server is busy
_resting: set[Turn] = set()
_turns = asyncio.Lock()
ENVIRON = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


async def application(scope: Scope, protocol: HTTPProtocol) -> None:
    """Answer one request. While it waits, the worker answers others."""
    environ = _environ(scope)
    if Body.comes_with(environ):
        await _receive(protocol, environ)
    turn = Turn(LOCKS)
    while isinstance(outcome := _try(scope, protocol, environ, turn), Again):
        if outcome.done:
            await asyncio.gather(asyncio.wrap_future(outcome.done), return_exceptions=True)
        else:
            await _rest(turn)
    if outcome is not None:
        try:
            await _stream(scope, protocol.response_stream(outcome.status_code, listed(outcome)), iter(outcome))
        except (ProtocolClosed, TimeoutError):  # the client went away, or takes nothing
            pass
        finally:
            with _at_work(scope):
                _close(outcome, environ)


def _try(scope: Scope, protocol: HTTPProtocol, environ: dict[str, Any], turn: Turn) -> Again | HttpResponse | None:
    """Answer, unless the request is to begin anew, or its answer is long: that is given, to be sent part by part."""
    try:
        with _at_work(scope), turn:
            response: HttpResponse = wsgi.respond(environ.copy())
            if response.streaming:
                return response
            protocol.response_bytes(response.status_code, listed(response), response.content)
            _close(response, environ)
    except Again as again:
        if environ["wsgi.input"].seekable():
            environ["wsgi.input"].seek(0)
        return again
    return None


@contextmanager
def _at_work(scope: Scope) -> Iterator[None]:
    """While Django runs, this thread is its own, and the watchdog knows of the request."""
    Worker.post.begin(scope.method, scope.path)
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)  # noqa: SLF001  # Django would take itself for a coroutine, and refuse to work
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001
        Worker.post.end()


async def _rest(turn: Turn) -> None:
    """Wait until it makes sense to try for a lock again. Of those who wait, one tries at a time."""
    if len(_resting) >= MOST_RESTING:
        turn.give_up()
        return
    _resting.add(turn)
    try:
        async with _turns:
            await asyncio.sleep(PAUSE)
    finally:
        _resting.discard(turn)


async def _stream(scope: Scope, stream: Any, chunks: Iterator[bytes]) -> None:
    """Send a long answer chunk by chunk, with others' requests between; a client that takes none is given up."""
    while True:
        with _at_work(scope):
            chunk = next(chunks, None)
        if chunk is None:
            return
        async with asyncio.timeout(PATIENCE):
            await stream.send_bytes(chunk)


def _close(response: HttpResponse, environ: dict[str, Any]) -> None:
    response.close()
    environ["wsgi.input"].close()


async def _receive(protocol: HTTPProtocol, environ: dict[str, Any]) -> None:
    """Take in the body.

    granian hands the parts over and then an empty one, for the end. Where the body broke off, or its chunks are
    malformed, there is an empty part before that one. So there is with a trailer, which nobody sends.
    """
    body, ends, parts, time = Body(environ), 0, aiter(protocol), asyncio.get_running_loop().time
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


def _environ(scope: Scope) -> dict[str, Any]:
    """Build the WSGI environment of a request (PEP 3333), with an empty body."""
    server, _, port = scope.server.rpartition(":")
    environ = ENVIRON | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
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
            environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    if scope.authority:  # whatever the header says (RFC 9112)
        environ["HTTP_HOST"] = scope.authority
    elif "HTTP_HOST" not in environ and scope.http_version != "1":
        environ["HTTP_HOST"] = ""  # which Django refuses, as HTTP/1.1 demands
    return environ


@lru_cache(256)
def _key(name: str) -> str | None:
    """None for a name with an underscore, which would pass for another header's."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
