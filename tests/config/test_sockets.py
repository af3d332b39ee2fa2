"""The server finds its sockets, also those that another library made."""

import errno
import socket
from collections.abc import Iterator

import pytest

from config import sockets
from tests.servers import PATIENCE

pytestmark = pytest.mark.once


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def listening(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    host = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    try:
        server = socket.create_server((host, 0), family=request.param)
    except OSError:
        pytest.skip("this machine has no such addresses")
    with server:
        yield server


def test_only_the_connection_of_that_client_is_cut_off(listening: socket.socket) -> None:
    with connected(listening) as first, connected(listening) as second:
        theirs = [listening.accept()[0] for _ in range(2)]
        host, port = first.getsockname()[:2]
        before = files()
        sockets.cut_off(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

        assert files() == before
        assert first.recv(1) == b""
        for each in theirs[1:]:
            each.sendall(b"x")
        assert second.recv(1) == b"x"
        for each in theirs:
            each.close()


@pytest.mark.skipif(sockets.OPTION is None, reason="this system has no such option")
def test_connections_of_clients_that_never_read_end(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those too that came before the worker found its socket."""
    monkeypatch.setattr(sockets, "UNANSWERED", 500)
    with connected(listening), listening.accept()[0] as first:
        assert sockets.end_unanswered()
        with connected(listening), listening.accept()[0] as second:
            for its_end in (first, second):
                its_end.settimeout(PATIENCE)
                with pytest.raises(TimeoutError) as ended:
                    while True:
                        its_end.sendall(bytes(1_000_000))
                assert ended.value.errno == errno.ETIMEDOUT  # by the kernel


@pytest.mark.skipif(sockets.OPTION is None, reason="this system has no such option")
def test_others_connections_wait_as_before(listening: socket.socket) -> None:
    """Such as those to the database."""
    with connected(listening) as client, listening.accept()[0]:
        before = client.getsockopt(socket.IPPROTO_TCP, sockets.OPTION or 0)
        assert sockets.end_unanswered()

        assert client.getsockopt(socket.IPPROTO_TCP, sockets.OPTION or 0) == before


def connected(listening: socket.socket) -> socket.socket:
    return socket.create_connection(listening.getsockname()[:2], PATIENCE)


def files() -> list[str]:
    return [file.name for file in sockets.FILES.iterdir()]
