"""The process whose instructions are counted: `python -m tests.benchmarks.counted`, run below callgrind.

It answers requests as a worker does, without its sockets: the application of `config.rsgi` is handed each request, and
the answer is taken from it. A plan as JSON on stdin: for each scene its requests. callgrind writes two dumps for each
round of a scene, in turn.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import django
from django.core.cache import cache

WARM, FEW, MANY = 4, 20, 60  # requests: until nothing is made for the first time, and in the two parts that are counted
ROUNDS = 3  # threads behind the answers open their connections when they are needed, which falls into one of them
ALL = 2 * WARM + ROUNDS * (FEW + MANY)


class Scope:
    """A request as granian hands it over."""

    http_version, scheme, authority = "1.1", "http", None
    client, server = "127.0.0.1:40000", "127.0.0.1:8000"

    def __init__(self, request: str) -> None:
        head, _, body = request.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        self.method, target, _ = first.split(" ")
        self.path, _, self.query_string = target.partition("?")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.body = body.encode()


class Protocol:
    """Takes an answer that is sent at once."""

    def __init__(self, body: bytes) -> None:
        self._parts = [body, b""] if body else []

    def __aiter__(self) -> "Protocol":
        return self

    async def __anext__(self) -> bytes:
        if not self._parts:
            raise StopAsyncIteration
        return self._parts.pop(0)

    def response_bytes(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.body = status, body


async def answer(scopes: Iterator[Scope], count: int) -> Protocol:
    """Answer the next requests; the last answer."""
    from config.rsgi import application

    for scope in (next(scopes) for _ in range(count)):
        protocol = Protocol(scope.body)
        await application(scope, protocol)
        if protocol.status != 200 or b'"code":4' in protocol.body[:20]:
            raise SystemExit(f"{scope.method} {scope.path}: {protocol.status} {protocol.body[:300]!r}")
    return protocol


def _tell(order: str) -> None:
    subprocess.run(["callgrind_control", *order.split(), str(os.getpid())], check=True, capture_output=True)


async def count(plan: list[list[str]]) -> None:
    """Warm every scene up, then dump what each costs: one dump for the few requests, one for the many."""
    scenes = [cycle(map(Scope, requests)) for requests in plan]
    for requests in scenes:
        await answer(requests, WARM)
    gc.collect()
    gc.freeze()
    _tell("--instr=on")
    for requests in scenes:
        cache.clear()  # with limits on, each scene has all of them
        await answer(requests, WARM)
        _tell("--zero")
        for _ in range(ROUNDS):
            await answer(requests, FEW)
            _tell("--dump")
            await answer(requests, MANY)
            _tell("--dump")
    _tell("--instr=off")


if __name__ == "__main__":
    django.setup()
    asyncio.run(count(json.load(sys.stdin)))
