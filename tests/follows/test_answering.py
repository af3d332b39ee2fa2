"""Accepting and rejecting: what it leaves behind, and what is no request to oneself."""

from collections.abc import Callable

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
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    if named_by == "requester":
        graph.accept(carol.pk, alice.pk, by(carol))
    else:
        graph.accept_request(carol.pk, queries.requests_to(carol.pk, Window(1)).ids[0], by(carol))

    assert (counts(alice), counts(carol)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("carol", "alice", Told.JOINED), ("alice", "carol", Told.ACCEPTED)}
    assert decided() == [(Decided.ACCEPTED, "alice", "carol", "carol")]


def test_rejecting(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.reject(carol.pk, alice.pk, by(carol))

    assert (counts(alice), counts(carol)) == (Counts(), Counts())
    assert told() == set()
    assert decided() == [(Decided.REJECTED, "alice", "carol", "carol")]


def test_a_moderator_may_answer_in_the_owners_place(alice: Account, carol: Account, moderator: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.accept(carol.pk, alice.pk, Actor(moderator.pk, "admin"))

    assert decided() == [(Decided.ACCEPTED, "alice", "carol", "moderator")]
    assert told() == {("carol", "alice", Told.JOINED), ("alice", "carol", Told.ACCEPTED)}


@pytest.mark.parametrize(
    ("answer", "answer_request"), [(graph.accept, graph.accept_request), (graph.reject, graph.reject_request)]
)
def test_what_is_no_request_to_oneself_is_not_answered(
    alice: Account, bob: Account, carol: Account, answer: Callable[..., None], answer_request: Callable[..., None]
) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    asked = Follow.objects.pending().get().pk

    for owner, requester in ((bob, alice.pk), (carol, bob.pk), (carol, carol.pk)):  # the first of them follows
        with pytest.raises(NoSuchRequest):
            answer(owner.pk, requester, by(owner))
    with pytest.raises(NoSuchRequest):
        answer(carol.pk, alice.pk, by(carol), request=asked + 1)
    for owner, request in ((bob, asked), (carol, 0), (carol, 2**31 - 1), (carol, 2**63)):
        with pytest.raises(NoSuchRequest):
            answer_request(owner.pk, request, by(owner))
    assert (counts(carol), decided()) == (Counts(requests=1), [])
