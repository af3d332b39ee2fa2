"""A locked account opens: who waited is accepted, in chunks, and nothing is lost on the way."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, opening, queries, relationships
from follows.models import Decision, Notice, Opening
from follows.paging import Window
from tests.factories import AccountFactory


@pytest.fixture
def queue(carol: Account) -> list[int]:
    requesters = [AccountFactory().pk for _ in range(5)]
    for requester in requesters:
        graph.follow(requester, carol.pk, Actor(requester, "test"))
    return requesters


def open_up(owner: Account) -> None:
    graph.change_profile(owner.pk, Actor(owner.pk, "test"), locked=False)


def test_opening_accepts_who_waits_in_the_order_of_asking(carol: Account, queue: list[int]) -> None:
    open_up(carol)

    assert [key.account for key in queries.followers_of(carol.pk, None, Window(10)).rows] == queue[::-1]
    assert queries.pending_count(carol.pk) == 0
    assert not Opening.objects.exists()


def test_a_queue_longer_than_a_chunk_is_finished(
    carol: Account, queue: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 2)
    open_up(carol)
    opening.finish(carol.pk)

    assert len(queries.followers_of(carol.pk, None, Window(10)).ids) == len(queue)
    assert not Opening.objects.exists()


def test_locking_again_leaves_the_rest_waiting(
    carol: Account, queue: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 1)
    open_up(carol)
    graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=True)

    assert opening.finish(carol.pk) == 0
    assert queries.pending_count(carol.pk) == len(queue) - opening.AT_ONCE


def test_accounts_of_other_servers_are_opened_there(alice: Account) -> None:
    zoe = Account.objects.create(username="zoe", domain="other.example", locked=True)
    graph.follow(alice.pk, zoe.pk, Actor(alice.pk, "test"))
    open_up(zoe)

    assert relationships.one(alice.pk, zoe.pk).requested


def test_a_suspended_requester_waits_on(carol: Account, queue: list[int]) -> None:
    people.suspend(queue[0])
    open_up(carol)

    people.unsuspend(queue[0])
    assert queries.pending_count(carol.pk) == 1
    assert not relationships.one(carol.pk, queue[0]).followed_by


def test_each_acceptance_is_logged_and_told_to_the_requester(carol: Account, queue: list[int]) -> None:
    open_up(carol)

    decided = Decision.objects.filter(kind=Decision.Kind.ACCEPTED, target=carol, actor=carol, door="test")
    assert sorted(decided.values_list("follower", flat=True)) == queue
    assert sorted(Notice.objects.values_list("recipient", "kind")) == [
        (requester, Notice.Kind.ACCEPTED) for requester in queue
    ]


def test_counts_follow_both_ends(carol: Account, queue: list[int]) -> None:
    open_up(carol)

    carol.refresh_from_db()
    assert (carol.tally.followers, carol.tally.requests) == (len(queue), 0)
    assert {person.following for person in queries.people(queue)} == {1}
