"""The counters of the rate limits are away: requests go on, soon, and the log says so once a minute."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import PATIENCE, Live, NewServer, free_port

pytestmark = pytest.mark.once

PATHS = ("/", "/api/v1/instance", "/api/v2/instance", "/health")
LINE = "The cache is away"


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and what they say, and never answers. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


@contextmanager
def away(kind: str, directory: Path) -> Iterator[dict[str, str]]:
    """The environment of a server whose counters are away in this way."""
    if kind == "hangs":
        with silent_server() as port:
            yield {"CACHE_URL": f"redis://127.0.0.1:{port}/0"}
    elif kind == "refuses":
        yield {"CACHE_URL": f"redis://127.0.0.1:{free_port()}/0"}
    else:  # there is no room for the file, and none for a folder of this name
        (directory / "cache.sqlite3").symlink_to("/dev/full")
        yield {}


@pytest.mark.parametrize("kind", ["hangs", "refuses", "full"])
@pytest.mark.django_db(transaction=True)
def test_requests_go_on(kind: str, new_server: NewServer) -> None:
    with (
        new_server("away", RATE_LIMITS="on") as server,
        away(kind, Path(server.environment["VAR"])) as environment,
    ):
        server.environment |= environment
        with server.running(quiet=False):
            alice = server.sign_up("alice")
            started = time.monotonic()
            for path in 5 * (*PATHS, f"/@{alice.username}"):
                assert status(server, path) == 200
                assert time.monotonic() - started < 15  # each of 25 would have waited for a second or more
            limits = [status(server, "/api/v1/accounts/verify_credentials") for _ in range(310)]

    assert limits.count(401) >= 300  # within the limit, of each worker
    assert 1 <= server.log.read_text().count(LINE) <= 1 + (time.monotonic() - started) // 60 + 1


def status(server: Live, path: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    client.request("GET", path)
    with client.getresponse() as answer:
        answer.read()
    client.close()
    return answer.status
