"""The application as `manage.py serve` runs it: WSGI's, with each body received before its turn.

WSGI reads a body in the thread that answers. There is one for each worker, so two clients that stop in
the middle of what they send would keep everybody else waiting.
"""

import asyncio
import sys
from functools import lru_cache
from io import BytesIO
from typing import Any

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # it exports both

from config import wsgi

PATIENCE = 30  # seconds until more of a body must have come
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
    if "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0":
        await _receive(protocol, environ)
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)  # noqa: SLF001  # Django would take itself for a coroutine, and refuse to work
    try:
        _answer(environ, protocol)
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001


async def _receive(protocol: HTTPProtocol, environ: dict[str, Any]) -> None:
    """Take in the body. When the client stops sending it is told to be longer, which is known for broken off."""
    body, length, parts = environ["wsgi.input"], 0, aiter(protocol)
    try:
        while length < wsgi.LONGEST_SKIPPED:
            async with asyncio.timeout(PATIENCE):
                part = await anext(parts)
            if length < wsgi.LONGEST:
                body.write(part)
            length += len(part)
    except StopAsyncIteration:
        pass
    except TimeoutError:
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(length + 1)
    body.seek(0)


def _answer(environ: dict[str, Any], protocol: HTTPProtocol) -> None:
    started: list[Any] = []
    response: Any = wsgi.application(environ, lambda *start: started.extend(start))  # type: ignore[arg-type]
    status, headers = started
    protocol.response_bytes(int(status[:3]), headers, b"".join(response))
    response.close()


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
    return environ


@lru_cache(256)
def _key(name: str) -> str | None:
    """None for a name with an underscore, which would pass for another header's."""
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
