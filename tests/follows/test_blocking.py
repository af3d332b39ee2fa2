"""Blocks cut what ties two accounts; suspended ones are left where they are."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from follows import graph, policy, queries, relationships
from follows.graph import FollowResult
from follows.models import Block
from follows.paging import Window
from tests.follows.ledger import Counts, Decided, by, counts, decided, told


def test_blocking_cuts_follows_and_requests_both_ways_with_their_notices(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert graph.block(alice.pk, carol.pk, by(alice))
    assert not graph.block(alice.pk, carol.pk, by(alice))
    assert (counts(alice), counts(carol)) == (Counts(), Counts())
    assert told() == set()
    assert decided() == [(Decided.BLOCKED, "carol", "alice", "alice")]


def test_unblocking_brings_nothing_back(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.block(bob.pk, alice.pk, by(bob))

    assert graph.unblock(bob.pk, alice.pk, by(bob))
    assert not graph.unblock(bob.pk, alice.pk, by(bob))
    assert not relationships.one(alice.pk, bob.pk).following
    assert [kind for kind, *_ in decided()] == [Decided.BLOCKED, Decided.UNBLOCKED]
    assert graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test")) is FollowResult.FOLLOWED


def test_both_may_block_each_other(alice: Account, bob: Account) -> None:
    graph.block(alice.pk, bob.pk, by(alice))
    graph.block(bob.pk, alice.pk, by(bob))
    graph.unblock(alice.pk, bob.pk, by(alice))

    tie = relationships.one(alice.pk, bob.pk)
    assert (bool(tie.blocking), bool(tie.blocked_by)) == (False, True)


def test_toggling_a_block(alice: Account, bob: Account) -> None:
    assert [graph.toggle_block(alice.pk, bob.pk, by(alice)) for _ in range(3)] == [True, False, True]


def test_who_cannot_be_blocked(alice: Account) -> None:
    for block in (graph.block, graph.toggle_block):
        with pytest.raises(policy.SelfFollow):
            block(alice.pk, alice.pk, by(alice))
        with pytest.raises(NoSuchAccount):
            block(alice.pk, 2**31 - 1, by(alice))
    assert not Block.objects.exists()


def test_a_suspended_account_can_be_blocked(alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)
    assert graph.block(alice.pk, bob.pk, by(alice))


def test_a_suspended_requester_is_neither_listed_nor_counted_but_answered(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    people.suspend(alice.pk)

    assert queries.requests_to(carol.pk, Window(40)).rows == []
    assert queries.pending_count(carol.pk) == 0
    graph.accept(carol.pk, alice.pk, by(carol))
    assert counts(carol) == Counts(followers=1)


def test_who_follows_a_suspended_account_may_leave_it(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    people.suspend(bob.pk)

    assert graph.toggle(alice.pk, bob.pk, by(alice)) is FollowResult.UNFOLLOWED
    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is FollowResult.NOTHING


def test_of_two_who_block_each_other_neither_sees_the_lists_of_the_other(alice: Account, bob: Account) -> None:
    graph.block(alice.pk, bob.pk, by(alice))
    graph.block(bob.pk, alice.pk, by(bob))

    for owner, viewer in ((alice, bob), (bob, alice)):
        with pytest.raises(policy.Hidden):
            policy.check_lists_visible(owner.pk, viewer.pk)
        with pytest.raises(policy.Blocked):
            graph.follow(viewer.pk, owner.pk, by(viewer))
