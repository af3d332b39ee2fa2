"""A long answer has a time in which its client has to take it, and never ends as if it were whole."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from config import long_answers

PATIENCE = 0.2  # seconds


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
