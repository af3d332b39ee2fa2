"""Work behind the caller goes on after a failure, and no account waits for another's."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError

from follows import background
from tests.servers import PATIENCE


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(background.connections, "close_all", lambda: None)


class Worked:
    """Steps that count themselves; `fails` of an account's fail first."""

    def __init__(self, fails: dict[int, Exception], steps: int = 3) -> None:
        self.steps, self.fails, self.taken = steps, fails, Counter[int]()
        self.order: list[int] = []
        self.done = threading.Condition()

    def step(self, account: int) -> bool:
        with self.done:
            self.order.append(account)
            if error := self.fails.get(account):
                raise error
            self.taken[account] += 1
            self.done.notify_all()
            return self.taken[account] < self.steps

    def finished(self, *accounts: int) -> bool:
        with self.done:
            return self.done.wait_for(lambda: all(self.taken[each] == self.steps for each in accounts), PATIENCE)


def test_a_failure_of_one_account_ends_no_others_and_is_tried_again(caplog: Any) -> None:
    work = Worked({1: OperationalError("server closed the connection"), 2: RuntimeError("a fault")})
    for account in (1, 2, 3):
        background.carry_on(work.step, account)

    assert work.finished(3)
    work.fails.clear()
    assert work.finished(1, 2)
    assert "server closed the connection" in caplog.text


def test_a_long_work_lets_the_others_have_their_turn() -> None:
    work = Worked({}, steps=20)
    with work.done:  # all begin at once
        for account in (1, 2):
            background.carry_on(work.step, account)

    assert work.finished(1, 2)
    assert set(work.order[:4]) == {1, 2}


def test_the_waits_double_up_to_a_minute(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(background, "LONGEST_WAIT", 60.0)
    work = background.Work(lambda account: True, 7)
    monkeypatch.setattr(background, "_tries", {work: 0})
    monkeypatch.setattr(background, "_due", {})
    for _ in range(8):
        background._put_off(work, OperationalError("away"))

    assert [record.args[2] for record in caplog.records] == [1, 2, 4, 8, 16, 32, 60, 60]
