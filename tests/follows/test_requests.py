"""Asking to follow a locked account, and what its owner does with it."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries, relationships
from follows.paging import Window

DOOR = "test"


def by(account: Account) -> Actor:
    return Actor(account.pk, DOOR)


def test_a_rejected_requester_may_ask_again(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.reject(carol.pk, alice.pk, by(carol))

    assert graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")) is graph.Turn.REQUESTED


def test_the_id_of_an_answered_request_is_dead(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    (request,) = queries.requests_to(carol.pk, Window(40)).ids
    graph.accept_request(carol.pk, request, by(carol))

    with pytest.raises(graph.NoSuchRequest):
        graph.accept_request(carol.pk, request, by(carol))
    assert relationships.one(carol.pk, alice.pk).followed_by
