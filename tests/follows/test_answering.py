"""Accepting and rejecting: what it leaves behind, and what is no request to oneself."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries
from follows.graph import NoSuchRequest
from follows.models import Follow
from follows.paging import Window
from tests.follows.ledger import Counts, Decided, Told, by, counts, decided, told


@pytest.mark.parametrize("named_by", ["requester", "request"])
def test_accepting(alice: Account, carol: Account, named_by: str) -> None:
    graph.follow(alice.pk, carol.pk)
    name = {"requester": alice.pk, "request": queries.requests_to(carol.pk, Window(1)).ids[0]}[named_by]
    graph.accept(carol.pk, by(carol), **{named_by: name})

    assert (counts(alice), counts(carol)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("carol", "alice", Told.JOINED), ("alice", "carol", Told.ACCEPTED)}
    assert decided() == [(Decided.ACCEPTED, "alice", "carol", "carol")]


def test_rejecting(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk)
    graph.reject(carol.pk, by(carol), requester=alice.pk)

    assert (counts(alice), counts(carol)) == (Counts(), Counts())
    assert told() == set()
    assert decided() == [(Decided.REJECTED, "alice", "carol", "carol")]


def test_a_moderator_may_answer_in_the_owners_place(alice: Account, carol: Account, moderator: Account) -> None:
    graph.follow(alice.pk, carol.pk)
    graph.accept(carol.pk, Actor(moderator.pk, "admin"), requester=alice.pk)

    assert decided() == [(Decided.ACCEPTED, "alice", "carol", "moderator")]
    assert told() == {("carol", "alice", Told.JOINED), ("alice", "carol", Told.ACCEPTED)}


@pytest.mark.parametrize("answer", [graph.accept, graph.reject])
def test_what_is_no_request_to_oneself_is_not_answered(
    alice: Account, bob: Account, carol: Account, answer: Callable[..., None]
) -> None:
    graph.follow(alice.pk, carol.pk)
    graph.follow(alice.pk, bob.pk)
    asked = Follow.objects.pending().get().pk
    cases: list[tuple[Account, dict[str, Any]]] = [
        (bob, {"request": asked}),  # another's
        (bob, {"requester": alice.pk}),  # a follow
        (carol, {"requester": bob.pk}),
        (carol, {"requester": carol.pk}),
        (carol, {"requester": alice.pk, "request": asked + 1}),
        (carol, {"request": 0}),
        (carol, {"request": None}),
        (carol, {"request": 2**31 - 1}),
        (carol, {"request": 2**63}),
        (carol, {}),
    ]

    for owner, named in cases:
        with pytest.raises(NoSuchRequest):
            answer(owner.pk, by(owner), **named)
    assert (counts(carol), decided()) == (Counts(requests=1), [])
