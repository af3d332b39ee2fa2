"""A body has a time in which it has to come, which grows with what has come. Nobody waits in these stories."""

import asyncio
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

from config.bodies import PATIENCE
from tests.benchmarks.counted import Scope
from tests.config.conftest import at_once

HEAD = "POST /api/v1/apps HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
APP = b'{"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}'  # spaces may follow


class Client:
    """Sends the parts of a body, and takes the answer."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status


def send(rsgi: ModuleType, parts: AsyncIterator[bytes]) -> tuple[int, float]:
    """The status of the answer, and the seconds until it came."""
    client = Client(parts)
    seconds = at_once(rsgi.application(Scope(HEAD), client))
    return client.status, seconds


def test_a_body_that_drips_is_given_up(rsgi: ModuleType) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield APP
        while True:
            await asyncio.sleep(1)
            yield b" "

    status, seconds = send(rsgi, dripping())

    assert status == 400
    assert PATIENCE < seconds < PATIENCE + 1


def test_a_body_that_stops_is_given_up_however_much_has_come(rsgi: ModuleType) -> None:
    async def stopping() -> AsyncIterator[bytes]:
        yield APP + b" " * 1_000_000
        await asyncio.Event().wait()

    assert send(rsgi, stopping()) == (400, PATIENCE)


def test_a_large_body_may_take_long(rsgi: ModuleType) -> None:
    async def steady() -> AsyncIterator[bytes]:
        yield APP
        for _ in range(40):
            await asyncio.sleep(2)
            yield b" " * 20_000
        yield b""  # the end

    assert send(rsgi, steady()) == (200, 80)
