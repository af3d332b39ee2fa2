"""Asking to follow a locked account, and what its owner does with it."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries, relationships
from follows.models import Follow, KeptOut
from follows.paging import Window

DOOR = "test"


def by(account: Account) -> Actor:
    return Actor(account.pk, DOOR)


def test_a_rejected_requester_may_ask_again(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.reject(carol.pk, alice.pk, by(carol))

    assert graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")) is graph.FollowResult.REQUESTED
    assert not KeptOut.objects.exists()


def test_the_id_of_an_answered_request_is_dead(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    (request,) = queries.requests_to(carol.pk, Window(40)).ids
    graph.accept_request(carol.pk, request, by(carol))

    with pytest.raises(graph.NoSuchRequest):
        graph.accept_request(carol.pk, request, by(carol))
    assert relationships.one(carol.pk, alice.pk).followed_by


@pytest.mark.parametrize("apart", [-1, 1])
def test_a_decision_is_about_the_request_that_it_names(alice: Account, carol: Account, apart: int) -> None:
    graph.follow(alice.pk, carol.pk, by(alice))
    (request,) = queries.requests_to(carol.pk, Window(40)).ids

    for decide in (graph.accept, graph.reject):
        with pytest.raises(graph.NoSuchRequest):
            decide(carol.pk, alice.pk, by(carol), request=request + apart)
    graph.cancel(alice.pk, carol.pk, by(alice), request=request + apart)
    assert relationships.one(alice.pk, carol.pk).requested
    graph.accept(carol.pk, alice.pk, by(carol), request=request)


def test_nobody_decides_requests_to_others(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    """Whichever of them signed up earlier."""
    graph.follow(alice.pk, carol.pk, by(alice))
    (request,) = queries.requests_to(carol.pk, Window(40)).ids

    for other in (bob, mallory):
        with pytest.raises(graph.NoSuchRequest):
            graph.accept_request(other.pk, request, by(other))


def test_a_note_may_be_changed_while_the_request_waits(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, by(alice), note="Hello")
    graph.follow(alice.pk, carol.pk, by(alice))
    assert Follow.objects.get().note == "Hello"

    graph.follow(alice.pk, carol.pk, by(alice), note="Hello, I am Alice")
    assert Follow.objects.get().note == "Hello, I am Alice"

    graph.accept(carol.pk, alice.pk, by(carol))
    graph.follow(alice.pk, carol.pk, by(alice), note="Thanks")
    follow = Follow.objects.get()
    assert (follow.note, follow.while_paused) == ("", False)
