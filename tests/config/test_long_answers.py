"""A long answer has a time in which its client has to take it, and never ends as if it were whole."""

import asyncio
import socket
import time
from collections.abc import Iterator
from types import ModuleType

import pytest
from granian.rsgi import ProtocolClosed

from config import long_answers
from tests.benchmarks.counted import Scope
from tests.config.conftest import at_once

PATIENCE = 0.2  # seconds
SECONDS = 10  # until a connection must have ended


class Client:
    """A stream whose client takes this many seconds for each part."""

    def __init__(self, slowness: float) -> None:
        self.slowness, self.parts = slowness, 0

    async def send_bytes(self, part: bytes) -> None:
        await asyncio.sleep(self.slowness)
        self.parts += 1


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "PATIENCE", PATIENCE)


def send(client: Client, parts: Iterator[bytes]) -> None:
    asyncio.run(long_answers.send(client, lambda: next(parts, None)))


def test_a_client_that_takes_a_part_now_and_then_is_given_up() -> None:
    client = Client(PATIENCE / 2)
    with pytest.raises(TimeoutError):
        send(client, iter([b"x"] * 100))

    assert client.parts < 10


def test_a_client_that_takes_nothing_is_given_up_however_much_there_is() -> None:
    client = Client(100 * PATIENCE)
    with pytest.raises(TimeoutError):
        send(client, iter([bytes(long_answers.SLOWEST * 10)]))

    assert not client.parts


def test_a_large_answer_may_take_long() -> None:
    client = Client(PATIENCE / 2)
    send(client, iter([bytes(long_answers.SLOWEST)] * 4))

    assert client.parts == 4


def test_the_time_in_which_the_server_works_is_not_the_clients() -> None:
    def working() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(PATIENCE)
            yield b"x"

    client = Client(PATIENCE / 10)
    send(client, working())

    assert client.parts == 3


class Full:
    """A stream whose client takes nothing."""

    async def send_bytes(self, part: bytes) -> None:
        await asyncio.Event().wait()


class Gone:
    """A stream whose client went away."""

    async def send_bytes(self, part: bytes) -> None:
        raise ProtocolClosed


@pytest.fixture
def connected() -> Iterator[tuple[Scope, socket.socket]]:
    """A request, and its client's end of the connection."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), SECONDS) as client,
        server.accept()[0],
    ):
        scope = Scope("GET / HTTP/1.1")
        scope.client = "{}:{}".format(*client.getsockname())
        yield scope, client


def test_a_client_that_takes_nothing_is_cut_off(rsgi: ModuleType, connected: tuple[Scope, socket.socket]) -> None:
    scope, client = connected
    at_once(rsgi._stream(scope, Full(), iter([b"x"])))

    assert client.recv(1) == b""


def test_an_answer_that_fails_half_way_is_cut_off(rsgi: ModuleType, connected: tuple[Scope, socket.socket]) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x"
        raise ValueError

    scope, client = connected
    with pytest.raises(ValueError):
        at_once(rsgi._stream(scope, Client(0), failing()))

    assert client.recv(1) == b""


def test_a_client_that_went_away_is_no_fault(rsgi: ModuleType) -> None:
    at_once(rsgi._stream(Scope("GET / HTTP/1.1"), Gone(), iter([b"x"])))
