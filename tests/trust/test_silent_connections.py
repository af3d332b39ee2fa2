"""Connections that say nothing are closed, and do not keep anybody else out."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from resource import RLIMIT_NOFILE, getrlimit

import pytest

from config.server import OTHER_FILES, SILENCE
from tests.servers import PATIENCE, Live, NewServer
from tests.trust.wire import answer, connect, head

pytestmark = pytest.mark.once

SILENT = 2_000
WHOLE = head("GET", "/health")
HALF = WHOLE[:-4]
FEW = 60  # connections that a worker of a small server holds
FOR_OTHERS = 300  # files that this process has open beside them


@contextmanager
def silent(live: Live, many: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(live)) for _ in range(many)]
        for client in clients:
            client.sendall(said)
        yield clients


def closed(clients: list[socket.socket], within: float) -> bool:
    """Whether the server has ended all of these, each without an answer."""
    poll = select.poll()
    for client in clients:
        poll.register(client, select.POLLIN)
    left, deadline = {client.fileno(): client for client in clients}, time.monotonic() + within
    while left and (rest := deadline - time.monotonic()) > 0:
        for number, _ in poll.poll(rest * 1000):
            poll.unregister(number)
            assert left.pop(number).recv(1) == b""
    return not left


@pytest.mark.long
def test_thousands_of_silent_connections_keep_nobody_out_and_are_closed(live: Live) -> None:
    """They say nothing, or half of a request's head, or nothing more after an answer."""
    many = min(SILENT, getrlimit(RLIMIT_NOFILE)[0] - FOR_OTHERS)
    with silent(live, many // 2) as mute, silent(live, many // 2, HALF) as halting, silent(live, 2, WHOLE) as answered:
        assert [answer(client) for client in answered] == [(200, b"OK")] * 2
        for path in ("/health", "/api/v1/instance", "/mobile_api/profile", "/auth/sign_in"):
            for _ in range(4):  # whichever worker it comes to
                with connect(live) as other:
                    other.sendall(head("GET", path))
                    assert answer(other)[0] == 200
        assert closed([*mute, *halting, *answered], SILENCE / 1000 + PATIENCE)


@pytest.mark.long
def test_who_takes_every_connection_keeps_others_out_for_half_a_minute_at_most(
    new_server: NewServer,
) -> None:
    """The workers hold so many connections in all, and the rest of the flood waits. Then comes another address."""
    with new_server("flood", STREAMING_PORT="0") as server:
        server.command = ["sh", "-c", f'ulimit -n {OTHER_FILES + FEW}; exec "$@"', "sh", *server.command]
        with server.running(), silent(server, 4 * FEW) as flood:
            with connect(server, "127.0.0.2") as other:
                other.sendall(WHOLE)
                assert answer(other) == (200, b"OK")
            assert closed(flood, 3 * SILENCE / 1000 + PATIENCE)


def test_nobody_speaks_http_2_here(live: Live) -> None:
    """Its connections may be silent for ever."""
    with connect(live) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert b"HTTP/2" not in client.recv(1000)
        client.settimeout(SILENCE / 1000 + PATIENCE)
        assert client.recv(1000) == b""
