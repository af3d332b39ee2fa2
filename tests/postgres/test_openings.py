"""An account opens while somebody asks to follow it: nobody is left waiting for an account that is open."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.access import Actor
from accounts.models import Account
from follows import background, graph, opening, relationships
from follows.locks import embedded, lock_pairs
from follows.models import Opening
from tests.postgres.conftest import Other
from tests.servers import PATIENCE


def test_an_opening_waits_for_who_is_asking_and_accepts_them(
    alice: Account, carol: Account, beside: Callable[[Callable[[], Any]], Other]
) -> None:
    with transaction.atomic(), embedded():
        assert graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")) is graph.FollowResult.REQUESTED
        opening = beside(lambda: graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False))
        opening.waits()

    assert opening.ends() is None
    assert relationships.one(alice.pk, carol.pk).following


def test_an_opening_goes_on_after_the_database_was_away(
    alice: Account,
    bob: Account,
    carol: Account,
    beside: Callable[[Callable[[], Any]], Other],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 1)
    monkeypatch.setattr(opening, "AT_ONCE", 0)
    for requester in (alice, bob):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    with transaction.atomic():
        lock_pairs(carol.pk, [bob.pk])
        opens = beside(lambda: graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False))
        assert opens.ends() is None
        until(lambda: relationships.one(alice.pk, carol.pk).following)
        until(_terminate_who_waits)
        until(lambda: "goes on in 1 s" in caplog.text)

    until(lambda: not Opening.objects.exists())
    assert relationships.one(bob.pk, carol.pk).following
    until(lambda: background._thread is None)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _terminate_who_waits() -> bool:
    """Cut off the connection that waits for a lock, as a database does that is restarted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
