"""Workers that are kept busy on purpose silence nothing for ever: `/health` is answered, and they are replaced."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.client import IncompleteRead

import psutil
import pytest

from tests.servers import PATIENCE, Live, NewServer
from tests.trust.wire import answer, connect, head

pytestmark = pytest.mark.once

TIMEOUT = 10  # seconds until a worker is replaced; the least that may be set
HEALTHY = {200, 0}  # 0: the kernel had given the connection to a worker that was replaced before it took it
LONG = 600  # seconds: no test waits for it


@pytest.fixture
def server(new_server: NewServer) -> Iterator[Live]:
    """One for each story: the last one may leave slow requests behind, even if their clients are gone."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.trust.busy_settings", "WORKER_TIMEOUT": str(TIMEOUT)}
    with new_server("busy", STREAMING_PORT="0", **settings) as server, server.running(quiet=False):
        yield server


def health(server: Live) -> tuple[int, bytes]:
    with connect(server) as client:
        client.sendall(head("GET", "/health", host="anything.example"))
        return answer(client)


def shows_itself(server: Live) -> bool:
    with connect(server) as client:
        client.sendall(head("GET", "/api/v1/instance"))
        return answer(client)[0] == 200


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def workers(server: Live) -> set[int]:
    return {child.pid for child in psutil.Process(server.process.pid).children()}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sleep", "count"])
def test_health_is_answered_while_all_workers_are_busy_and_then_they_are_replaced(server: Live, kind: str) -> None:
    before, answers, deadline = workers(server), 0, time.monotonic() + PATIENCE
    with ExitStack() as clients:

        def occupy() -> None:
            client = clients.enter_context(connect(server))
            client.sendall(head("GET", f"/{kind}/{LONG}?access_token=secret"))

        for _ in range(12):
            occupy()
        time.sleep(1)
        while workers(server) & before:
            assert time.monotonic() < deadline
            assert health(server)[0] in HEALTHY
            answers += before <= workers(server)
            occupy()  # on a busy machine one worker may have taken all, and the other still waits for its first
            time.sleep(0.25)

    assert answers > TIMEOUT  # without waiting for a new worker
    until(lambda: len(workers(server)) == len(before) and shows_itself(server))  # new ones may have been occupied, too
    assert health(server) == (200, b"OK")
    log = server.log.read_text()
    assert log.count(f"'GET /{kind}/{LONG}'") >= 2
    assert "secret" not in log


@pytest.mark.long
def test_a_worker_that_stands_still_is_replaced(server: Live) -> None:
    stopped = workers(server).pop()
    os.kill(stopped, signal.SIGSTOP)

    until(lambda: stopped not in workers(server) and len(workers(server)) == 2)


@pytest.mark.long
def test_a_worker_with_many_slow_requests_in_turn_is_left_alone(server: Live) -> None:
    before = workers(server)
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(6)]
        for client in clients:
            client.sendall(head("GET", f"/sleep/{TIMEOUT // 2}"))
        assert [answer(client) for client in clients] == [(200, b"slept")] * 6
    assert workers(server) == before


def test_an_answer_that_breaks_off_does_not_end_as_if_it_were_whole(server: Live) -> None:
    with connect(server) as client:
        client.sendall(head("GET", "/breaking"))
        with suppress(IncompleteRead):
            assert answer(client)[0] == 0
