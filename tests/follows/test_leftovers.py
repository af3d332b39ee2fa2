"""Work that a process left is looked for again and again, and nothing that fails holds up the rest."""

from collections.abc import Callable

import pytest
from django.db import OperationalError

from accounts import people
from accounts.access import Actor
from accounts.mail import outbox
from accounts.models import Account
from follows import background, graph, leaving, leftovers, opening
from tests.factories import AccountFactory


@pytest.fixture
def under_way(monkeypatch: pytest.MonkeyPatch) -> set[tuple[Callable[[int], object], int]]:
    """The steps that go on in the background, and for whom; nothing is done here."""
    going_on: set[tuple[Callable[[int], object], int]] = set()
    monkeypatch.setattr(background, "carry_on", lambda step, account: going_on.add((step, account)))
    monkeypatch.setattr(outbox, "_work", lambda: None)
    return going_on


@pytest.mark.parametrize("error", [OperationalError("the database is away"), RuntimeError("a fault")])
def test_openings_and_deletions_that_a_process_left_go_on(
    alice: Account,
    carol: Account,
    under_way: set[tuple[Callable[[int], object], int]],
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = AccountFactory()
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    people.change(carol.pk, locked=False)
    opening.begin(carol.pk, Actor(carol.pk, "test"))
    leaving.begin(gone.pk, leaving.SERVER)

    def fail() -> None:
        raise error

    monkeypatch.setattr(leftovers, "BEGINNINGS", (fail, *leftovers.BEGINNINGS))
    monkeypatch.setattr(leftovers.connections, "close_all", lambda: None)
    leftovers.look()

    assert {(opening.accept_oldest, carol.pk), (leaving.take_step, gone.pk)} <= under_way


def test_a_server_looks_every_few_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []

    class Enough(Exception):
        pass

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise Enough

    monkeypatch.setattr(leftovers, "BEGINNINGS", ())
    monkeypatch.setattr(leftovers.connections, "close_all", lambda: None)
    monkeypatch.setattr(leftovers.time, "sleep", pause)
    with pytest.raises(Enough):
        leftovers._keep_looking()

    assert looks == [leftovers.EVERY] * 3
    assert 60 <= leftovers.EVERY <= 600
