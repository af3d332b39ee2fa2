"""The application as `manage.py serve` runs it: WSGI's, with each body received before its turn.

WSGI reads a body in the thread that answers. There is one for each worker, so two clients that stop in
the middle of what they send would keep everybody else waiting.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # it exports both

from config import wsgi
from config.bodies import PATIENCE, Body
from config.watchdog import Worker

ENVIRON = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


async def application(scope: Scope, protocol: HTTPProtocol) -> None:
    """Answer one request: nobody else's while Django runs, but anybody's while a body is on its way."""
    environ = _environ(scope)
    if Body.comes_with(environ):
        await _receive(protocol, environ)
    started: list[Any] = []
    with _at_work(scope):
        response = wsgi.received(environ, lambda *start: started.extend(start))
        status, headers = started
        if not getattr(response, "streaming", False):
            protocol.response_bytes(int(status[:3]), headers, b"".join(response))
            _close(response, environ)
            return
    try:
        await _stream(scope, protocol.response_stream(int(status[:3]), headers), iter(response))
    finally:
        with _at_work(scope):
            _close(response, environ)


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


async def _stream(scope: Scope, stream: Any, chunks: Iterator[bytes]) -> None:
    """Send a long answer chunk by chunk, with others' requests between; a client that takes none is given up."""
    while True:
        with _at_work(scope):
            chunk = next(chunks, None)
        if chunk is None:
            return
        async with asyncio.timeout(PATIENCE):
            await stream.send_bytes(chunk)


def _close(response: Any, environ: dict[str, Any]) -> None:
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
    body.finish(whole=ends == 1)


def _environ(scope: Scope) -> dict[str, Any]:
    """What WSGI says of a request (PEP 3333), with an empty body."""
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
