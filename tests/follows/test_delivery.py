"""What is told is delivered behind the caller, in turns: nobody who is told much holds the others up."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.models import Account
from follows.notices import delivery
from follows.notices.delivery import Queue, Told
from tests.push_service import PATIENCE

ALICE, BOB, CAROL = 1, 2, 3


class Transport:
    """It delivers to nobody before it is let go; `begun` is what it was given, in this order."""

    def __init__(self) -> None:
        self.begun: list[Told] = []
        self._condition = threading.Condition()
        self._free: set[int] = set()

    def __call__(self, told: Told) -> None:
        with self._condition:
            self.begun.append(told)
            self._condition.notify_all()
            assert self._condition.wait_for(lambda: told.recipient in self._free, PATIENCE)
        if told.actor == 0:
            raise ZeroDivisionError

    def let_go(self, *recipients: int) -> None:
        with self._condition:
            self._free |= set(recipients)
            self._condition.notify_all()

    def wait(self, *recipients: int) -> None:
        """Until deliveries to just these recipients have begun, in this order."""
        with self._condition:
            self._condition.wait_for(lambda: len(self.begun) >= len(recipients), PATIENCE)
            assert [told.recipient for told in self.begun] == list(recipients)


@pytest.fixture
def transport(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    monkeypatch.setattr(delivery, "close_old_connections", lambda: None)
    transport = Transport()
    yield transport
    transport.let_go(ALICE, BOB, CAROL)


def put(queue: Queue, recipient: int, actors: Any = (9,)) -> None:
    for actor in actors:
        queue.put(Told(recipient, actor, 1))


def test_one_delivery_of_a_recipient_is_under_way(transport: Transport) -> None:
    queue = Queue(transport)
    put(queue, ALICE, range(1, 9))
    transport.wait(ALICE)
    put(queue, BOB)
    put(queue, CAROL)
    transport.let_go(BOB, CAROL)
    with transport._condition:
        assert transport._condition.wait_for(lambda: len(transport.begun) == 3, PATIENCE)

    assert sorted(told.recipient for told in transport.begun) == [ALICE, BOB, CAROL]
    transport.let_go(ALICE)
    with transport._condition:
        assert transport._condition.wait_for(lambda: len(transport.begun) == 10, PATIENCE)
    assert [told.actor for told in transport.begun if told.recipient == ALICE] == list(range(1, 9))


def test_recipients_take_turns(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "THREADS", 1)
    queue = Queue(transport)
    put(queue, ALICE, range(1, 4))
    transport.wait(ALICE)
    put(queue, BOB, range(1, 3))
    put(queue, CAROL)
    transport.let_go(ALICE, BOB, CAROL)

    transport.wait(ALICE, BOB, CAROL, ALICE, BOB, ALICE)


def test_a_failure_ends_nothing_else(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    queue = Queue(transport)
    put(queue, ALICE, (0, 1))
    transport.let_go(ALICE)

    transport.wait(ALICE, ALICE)
    assert "A notice could not be delivered" in caplog.text


def test_a_full_queue_drops_what_waits_for_whom_most_waits(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "WAITING", 5)
    monkeypatch.setattr(delivery, "THREADS", 1)
    queue = Queue(transport)
    put(queue, ALICE, range(1, 100))
    transport.wait(ALICE)
    put(queue, BOB, range(1, 3))
    put(queue, CAROL)
    transport.let_go(ALICE, BOB, CAROL)

    while queue._waiting:
        time.sleep(0.01)
    recipients = [told.recipient for told in transport.begun]
    assert recipients[:3] == [ALICE, BOB, CAROL]
    assert recipients.count(BOB) == 2
    assert len(recipients) <= 1 + 5
    assert "notices wait to be delivered" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_fails_leaves_no_connection() -> None:
    used: list[Any] = []

    def fail(_: Told) -> None:
        Account.objects.exists()
        used.append(connections[DEFAULT_DB_ALIAS])
        assert used[0].connection is not None
        raise ZeroDivisionError

    put(Queue(fail), ALICE)
    deadline = time.monotonic() + PATIENCE
    while not used or used[0].connection is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
