"""The log from the first request on, listeners that hear of each change, and writes in a transaction of one's own."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from accounts.access import Actor
from accounts.models import Account
from follows import changes, graph
from follows.changes import Change
from follows.locks import embedded
from follows.models import Decision, Follow
from tests.follows.ledger import Decided, by, logged

Heard = list[tuple[int, int, int, str]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What a listener of another app heard: kind, follower, target and door."""
    told: Heard = []

    def listen(change: Change) -> None:
        told.append((change.kind, change.follower, change.target, change.by.door))

    changes.register(listen)
    yield told
    changes.unregister(listen)


def test_the_log_begins_with_asking_and_following(alice: Account, bob: Account, carol: Account) -> None:
    graph.follow(alice.pk, bob.pk, by(alice))
    graph.unfollow(alice.pk, bob.pk, by(alice))
    graph.toggle(alice.pk, carol.pk, by(alice))
    graph.accept(carol.pk, alice.pk, by(carol))

    assert logged() == [
        (Decided.FOLLOWED, "alice", "bob", "alice"),
        (Decided.UNFOLLOWED, "alice", "bob", "alice"),
        (Decided.ASKED, "alice", "carol", "alice"),
        (Decided.ACCEPTED, "alice", "carol", "carol"),
    ]


def test_asking_twice_is_logged_once(alice: Account, carol: Account) -> None:
    for _ in range(2):
        graph.follow(alice.pk, carol.pk, by(alice), notify=True)

    assert logged() == [(Decided.ASKED, "alice", "carol", "alice")]


def test_each_row_of_the_log_names_its_door(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "mastodon"))
    graph.toggle(alice.pk, bob.pk, Actor(alice.pk, "twittner"))

    assert list(Decision.objects.order_by("pk").values_list("door", flat=True)) == ["mastodon", "twittner"]


@pytest.mark.django_db(transaction=True)
def test_a_listener_hears_of_every_change_after_its_commit(
    alice: Account, bob: Account, carol: Account, heard: Heard
) -> None:
    graph.follow(alice.pk, bob.pk, by(alice))
    graph.follow(alice.pk, carol.pk, by(alice))
    graph.follow(bob.pk, carol.pk, by(bob))
    graph.reject(carol.pk, bob.pk, by(carol))
    graph.change_profile(carol.pk, by(carol), locked=False)
    graph.remove_follower(carol.pk, alice.pk, by(carol))
    graph.toggle_block(bob.pk, alice.pk, by(bob))
    graph.toggle_block(bob.pk, alice.pk, by(bob))

    assert heard == [
        (Decided.FOLLOWED, alice.pk, bob.pk, "test"),
        (Decided.ASKED, alice.pk, carol.pk, "test"),
        (Decided.ASKED, bob.pk, carol.pk, "test"),
        (Decided.REJECTED, bob.pk, carol.pk, "test"),
        (Decided.ACCEPTED, alice.pk, carol.pk, "test"),
        (Decided.REMOVED, alice.pk, carol.pk, "test"),
        (Decided.BLOCKED, alice.pk, bob.pk, "test"),
        (Decided.UNBLOCKED, alice.pk, bob.pk, "test"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_stops_neither_the_write_nor_the_others(
    alice: Account, bob: Account, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(change: Change) -> None:
        raise ValueError(change)

    changes.register(fail)
    changes.register(lambda change: heard.append((0, 0, 0, change.by.door)))
    try:
        graph.follow(alice.pk, bob.pk, by(alice))
    finally:
        changes.unregister(fail)
        changes._listeners.pop()

    assert [kind for kind, *_ in heard] == [Decided.FOLLOWED, 0]
    assert "failed to hear of a change" in caplog.text
    assert Follow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_write_is_no_part_of_somebody_elses_transaction_by_accident(alice: Account, bob: Account) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        graph.follow(alice.pk, bob.pk, by(alice))

    assert not Follow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_another_project_may_embed_a_write_in_its_own_transaction(
    alice: Account, bob: Account, carol: Account, heard: Heard
) -> None:
    with transaction.atomic(), embedded():
        graph.follow(alice.pk, bob.pk, by(alice))
        assert heard == []
    with pytest.raises(ZeroDivisionError), transaction.atomic(), embedded():
        graph.follow(alice.pk, carol.pk, by(alice))
        raise ZeroDivisionError

    assert heard == [(Decided.FOLLOWED, alice.pk, bob.pk, "test")]
    assert list(Follow.objects.values_list("target", flat=True)) == [bob.pk]
