"""Writers take locks in one order, so that none ever waits for one that waits for it."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from accounts import people, sessions
from accounts.access import Actor
from accounts.credentials import SuspendedAccount
from accounts.models import Account, Platform, Session
from follows import edges, graph, leaving, tallies
from follows.edges import Delta
from follows.locks import embedded, lock_tallies, pair_lock
from follows.models import Follow, Tally
from tests.postgres.conftest import PATIENCE, Other

Beside = Callable[[Callable[[], Any]], Other]


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def test_an_opening_waits_for_a_follow_between_two_of_its_requesters(
    alice: Account, bob: Account, carol: Account, beside: Beside
) -> None:
    """bob has no tally yet, so that the opening makes it; alice's comes before it in the order."""
    for requester in (bob, alice):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    Tally.objects.create(account=alice)

    with transaction.atomic(), embedded():  # half of what bob's follow of alice writes
        edges.move({alice.pk: Delta(followers=1)})
        opening = beside(lambda: graph.change_profile(carol.pk, by(carol), locked=False))
        opening.waits()
        edges.move({bob.pk: Delta(following=1)})

    assert opening.ends() is None
    assert Tally.objects.get(pk=carol.pk).followers == 2
    assert Tally.objects.get(pk=bob.pk).following == 2


def test_healing_tallies_waits_for_a_follow(alice: Account, bob: Account, beside: Beside) -> None:
    follow = Follow.objects.create(follower=bob, target=alice)
    Tally.objects.create(account=alice)
    Follow.objects.filter(pk=follow.pk).update(accepted_at=follow.created_at)

    with transaction.atomic(), embedded():
        edges.move({alice.pk: Delta(followers=1)})
        healing = beside(lambda: list(tallies.heal()))
        healing.waits()
        edges.move({bob.pk: Delta(following=1)})

    assert isinstance(healing.ends(), list)
    assert next(tallies.verify()).wrong == 0


def test_tallies_that_are_taken_in_order_are_held_until_the_commit(alice: Account, beside: Beside) -> None:
    Tally.objects.create(account=alice)

    with transaction.atomic():
        lock_tallies([alice.pk])
        other = beside(lambda: Tally.objects.filter(pk=alice.pk).update(followers=1))
        other.waits()

    assert other.ends() == 1


@pytest.mark.parametrize("tie", [graph.follow, graph.block], ids=["follow", "block"])
def test_a_leaving_account_waits_for_who_was_about_to_be_tied_to_it(
    alice: Account, bob: Account, beside: Beside, tie: Callable[[int, int, Actor], Any]
) -> None:
    with transaction.atomic(), embedded():
        tie(alice.pk, bob.pk, Actor(alice.pk, "test"))
        leaving_bob = beside(lambda: leaving.delete_account(bob.pk))
        leaving_bob.waits()

    assert leaving_bob.ends() is None
    assert not Account.objects.filter(pk=bob.pk).exists()
    assert next(tallies.verify()).wrong == 0


def test_a_leaving_account_never_waits_for_a_pair_that_waits_for_its_row(
    alice: Account, bob: Account, carol: Account, beside: Beside
) -> None:
    """alice's follow began before bob leaves and comes after his edges are cut; her block has its lock next."""
    graph.block(carol.pk, bob.pk, by(carol))
    go_on = Event()

    def block() -> bool:
        with pair_lock(alice.pk, bob.pk), embedded():
            edges.find(alice.pk, bob.pk)  # the lock is taken before the first statement
            assert go_on.wait(PATIENCE)
            return graph.block(alice.pk, bob.pk, by(alice))

    with transaction.atomic(), embedded():
        graph.unblock(carol.pk, bob.pk, by(carol))  # he waits for it when he has no edges any more
        graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
        blocking = beside(block)
        blocking.waits()
        leaving_bob = beside(lambda: leaving.delete_account(bob.pk))
        leaving_bob.waits()
    leaving_bob.waits("advisory")
    go_on.set()

    assert (blocking.ends(), leaving_bob.ends()) == (True, None)
    assert not Account.objects.filter(pk=bob.pk).exists()
    assert next(tallies.verify()).wrong == 0


def test_a_suspension_waits_for_a_renewed_session_and_ends_it(alice: Account, beside: Beside) -> None:
    sessions.open_session(alice.pk, Platform.IOS)

    with transaction.atomic(), embedded():
        sessions.open_session(alice.pk, Platform.ANDROID)
        suspension = beside(lambda: people.suspend(alice.pk))
        suspension.waits()

    assert suspension.ends() is None
    assert not Session.objects.exists()


@pytest.mark.parametrize("how", ["opened", "renewed"])
def test_no_session_begins_beside_a_suspension(alice: Account, beside: Beside, how: str) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)
    begin = {
        "opened": lambda: sessions.open_session(alice.pk, Platform.IOS),
        "renewed": lambda: sessions.refresh(tokens.refresh_token),
    }[how]

    with transaction.atomic(), embedded():
        people.change(alice.pk, note="half of a suspension")
        people.suspend(alice.pk)
        session = beside(begin)
        session.waits()

    assert isinstance(session.ends(), SuspendedAccount | sessions.UnknownToken)
    assert not Session.objects.exists()


def test_one_refresh_token_is_good_for_one_renewal(alice: Account, beside: Beside) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)

    with transaction.atomic(), embedded():
        sessions.refresh(tokens.refresh_token)
        second = beside(lambda: sessions.refresh(tokens.refresh_token))
        second.waits()

    assert isinstance(second.ends(), sessions.UnknownToken)
    assert Session.objects.count() == 1
