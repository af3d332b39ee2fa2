"""The process that answers Prometheus, one scrape at a time."""

import socket
from collections.abc import Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

from config.metrics.state import State
from config.watchdog import Post

SILENCE = 5.0  # seconds until a connection that says nothing is closed


class _Handler(WSGIRequestHandler):
    timeout = SILENCE

    def log_message(self, *arguments: Any) -> None:
        pass


class _IPv6(WSGIServer):
    address_family = socket.AF_INET6


def serve(address: str, port: int, posts: Iterable[Post]) -> None:
    """Answer for ever."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(State(posts))
    kind = _IPv6 if ":" in address else WSGIServer
    with make_server(address, port, make_wsgi_app(registry), kind, _Handler) as server:
        server.serve_forever()
