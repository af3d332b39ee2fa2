"""Small servers on ports of this machine: the application behind a proxy that may be wrong, and other servers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application

from config.proxies import believing

Environ = dict[str, Any]
Proxy = Callable[[Environ], None]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # each leaves its database connection before the server is gone


class _Silent(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The origin of a WSGI application."""
    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def behind(proxy: Proxy, trusted: list[str]) -> Any:
    """The application of these tests, which hears of its callers from a proxy; it believes those it trusts."""
    application = believing(trusted, get_wsgi_application())

    def forwarded(environ: Environ, start_response: Any) -> Any:
        proxy(environ)
        return application(environ, start_response)

    return forwarded


def streams(environ: Environ, start_response: Any) -> list[bytes]:
    """Answer as the streams do."""
    healthy = environ["PATH_INFO"] == "/api/v1/streaming/health"
    start_response("200 OK" if healthy else "401 Unauthorized", [("Content-Type", "text/plain")])
    return [b"OK" if healthy else b""]


def stranger(environ: Environ, start_response: Any) -> list[bytes]:
    """Answer everything with a page, as another server would."""
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<h1>It works!</h1>"]
