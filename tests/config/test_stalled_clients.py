"""Clients that stop in the middle of what they send keep nobody else waiting."""

import http.client
import socket
from contextlib import ExitStack

from tests.servers import PATIENCE, Live

STALLED = (
    b"POST /api/v1/apps HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{"
)


def test_others_are_answered_while_many_have_stalled(live: Live) -> None:
    with ExitStack() as clients:
        for _ in range(20):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", live.port)))
            client.sendall(STALLED)

        other = http.client.HTTPConnection("127.0.0.1", live.port, timeout=PATIENCE)
        for _ in range(4):  # whichever worker it comes to
            other.request("GET", "/health")
            assert other.getresponse().read() == b"OK"
        other.close()
