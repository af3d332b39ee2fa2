"""Following an open account, asking a locked one, and leaving again."""

from collections.abc import Callable

import pytest
from django.db import transaction

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from follows import graph, leaving, policy, relationships
from follows.graph import FollowResult
from follows.locks import embedded
from follows.models import Follow, KeptOut
from tests.follows.ledger import Counts, Decided, Told, by, counts, decided, told


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain="other.example")


def test_following_an_open_account(alice: Account, bob: Account) -> None:
    assert graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test")) is FollowResult.FOLLOWED
    assert (counts(alice), counts(bob)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("bob", "alice", Told.FOLLOWED)}
    assert decided() == []


def test_asking_a_locked_account(alice: Account, carol: Account) -> None:
    assert graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")) is FollowResult.REQUESTED
    assert (counts(alice), counts(carol)) == (Counts(), Counts(requests=1))
    assert told() == {("carol", "alice", Told.REQUESTED)}


def test_somebody_of_another_server_is_always_asked(alice: Account, zoe: Account) -> None:
    assert graph.follow(alice.pk, zoe.pk, Actor(alice.pk, "test")) is FollowResult.REQUESTED


def test_repeating_it_changes_the_options_and_nothing_else(alice: Account, bob: Account, carol: Account) -> None:
    for target in (bob, carol):
        graph.follow(alice.pk, target.pk, Actor(alice.pk, "test"))
        assert (
            graph.follow(alice.pk, target.pk, Actor(alice.pk, "test"), notify=True, languages=["de"])
            is FollowResult.NOTHING
        )
        assert graph.follow(alice.pk, target.pk, Actor(alice.pk, "test"), show_reblogs=False) is FollowResult.NOTHING
        tie = relationships.one(alice.pk, target.pk)
        assert (tie.show_reblogs, tie.notify, tie.languages) == (False, True, ["de"])
    assert counts(alice) == Counts(following=1)


def test_the_options_of_a_request_outlast_its_acceptance(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"), show_reblogs=False, notify=True, languages=["de", "fr"])
    graph.accept(carol.pk, alice.pk, by(carol))

    tie = relationships.one(alice.pk, carol.pk)
    assert (tie.show_reblogs, tie.notify, tie.languages) == (False, True, ["de", "fr"])


@pytest.mark.parametrize("again", [graph.follow, graph.toggle])
def test_a_request_to_an_account_that_has_opened_becomes_a_follow(
    alice: Account, carol: Account, again: Callable[[int, int, Actor], FollowResult]
) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.change_profile(carol.pk, by(carol), locked=False, accept_waiting=False)
    assert relationships.one(alice.pk, carol.pk).requested

    assert again(alice.pk, carol.pk, by(alice)) is FollowResult.FOLLOWED
    assert (counts(alice), counts(carol)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("carol", "alice", Told.FOLLOWED)}
    assert decided() == []


def test_toggling_follows_and_unfollows_asks_and_takes_back(alice: Account, bob: Account, carol: Account) -> None:
    results = [graph.toggle(alice.pk, target.pk, by(alice)) for target in (bob, bob, carol, carol)]

    assert results == [FollowResult.FOLLOWED, FollowResult.UNFOLLOWED, FollowResult.REQUESTED, FollowResult.CANCELLED]
    assert {counts(account) for account in (alice, bob, carol)} == {Counts()}
    assert told() == set()
    assert decided() == [(Decided.CANCELLED, "alice", "carol", "alice")]


@pytest.mark.parametrize("follow", [graph.follow, graph.toggle])
def test_who_cannot_be_followed(
    alice: Account, bob: Account, mallory: Account, carol: Account, follow: Callable[[int, int, Actor], FollowResult]
) -> None:
    graph.block(alice.pk, bob.pk, by(alice))
    graph.block(mallory.pk, alice.pk, by(mallory))
    people.suspend(carol.pk)
    refusals = {
        alice: policy.SelfFollow,
        bob: policy.Blocked,
        mallory: policy.Blocked,
        carol: NoSuchAccount,
    }

    for target, refusal in refusals.items():
        with pytest.raises(refusal):
            follow(alice.pk, target.pk, by(alice))
    with pytest.raises(NoSuchAccount):
        follow(alice.pk, 2**31 - 1, by(alice))
    assert not Follow.objects.exists()


def test_unfollowing(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is FollowResult.UNFOLLOWED
    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is FollowResult.NOTHING
    assert (counts(alice), counts(bob), told()) == (Counts(), Counts(), set())


def test_taking_a_request_back(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert graph.unfollow(alice.pk, carol.pk, by(alice)) is FollowResult.CANCELLED
    assert (counts(carol), told()) == (Counts(), set())
    assert decided() == [(Decided.CANCELLED, "alice", "carol", "alice")]


def test_removing_a_follower(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert graph.remove_follower(bob.pk, alice.pk, by(bob))
    assert graph.remove_follower(bob.pk, alice.pk, by(bob)) is None
    assert (counts(alice), counts(bob)) == (Counts(followers=1), Counts(following=1))
    assert told() == {("alice", "bob", Told.FOLLOWED)}
    assert decided() == [(Decided.REMOVED, "alice", "bob", "bob")]
    assert not KeptOut.objects.exists()


def test_removing_a_follower_leaves_a_request(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert graph.remove_follower(carol.pk, alice.pk, by(carol)) is None
    assert counts(carol) == Counts(requests=1)


def test_a_follow_shows_boosts_and_tells_of_no_posts_unless_it_says_so(
    alice: Account, bob: Account, carol: Account
) -> None:
    for target in (bob, carol):
        graph.follow(alice.pk, target.pk, Actor(alice.pk, "test"))
        tie = relationships.one(alice.pk, target.pk)
        assert (tie.show_reblogs, tie.notify, tie.languages) == (True, False, None)


@pytest.mark.django_db(transaction=True)
def test_nobody_follows_within_a_transaction_that_may_yet_be_undone(alice: Account, bob: Account) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        graph.follow(alice.pk, bob.pk, by(alice))
    with transaction.atomic(), pytest.raises(RuntimeError):
        graph.change_profile(alice.pk, by(alice), display_name="Alice")
    with transaction.atomic(), pytest.raises(RuntimeError):
        leaving.delete_account(alice.pk, by(alice))

    with transaction.atomic(), embedded():
        assert graph.follow(alice.pk, bob.pk, by(alice)) is FollowResult.FOLLOWED
