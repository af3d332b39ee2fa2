"""What each change of the graph leaves behind: ties, tallies, notices and decisions."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from follows import graph, policy, queries
from follows.graph import NoSuchRequest, Turn
from follows.models import Block, Decision, Follow, Notice, Tally
from follows.paging import Window
from tests.factories import AccountFactory

Told, Decided = Notice.Kind, Decision.Kind


class Counts(NamedTuple):
    followers: int = 0
    following: int = 0
    requests: int = 0


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def counts(account: Account) -> Counts:
    tally = Tally.objects.filter(pk=account.pk).first() or Tally()
    return Counts(tally.followers, tally.following, tally.requests)


def told() -> set[tuple[str, str, int]]:
    """All notices: who is told about whom, and what."""
    return set(Notice.objects.values_list("recipient__username", "actor__username", "kind"))


def decided() -> list[tuple[int, str, str, str]]:
    """All decisions: what, about whose follow of whom, and who decided."""
    rows = Decision.objects.order_by("pk")
    return list(rows.values_list("kind", "follower__username", "target__username", "actor__username"))


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain="other.example")


# --- following and asking ---------------------------------------------------------------------------


def test_following_an_open_account(alice: Account, bob: Account) -> None:
    assert graph.follow(alice.pk, bob.pk) is Turn.FOLLOWED
    assert (counts(alice), counts(bob)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("bob", "alice", Told.FOLLOWED)}
    assert decided() == []


def test_asking_a_locked_account(alice: Account, carol: Account) -> None:
    assert graph.follow(alice.pk, carol.pk) is Turn.REQUESTED
    assert (counts(alice), counts(carol)) == (Counts(), Counts(requests=1))
    assert told() == {("carol", "alice", Told.REQUESTED)}


def test_somebody_of_another_server_is_always_asked(alice: Account, zoe: Account) -> None:
    assert graph.follow(alice.pk, zoe.pk) is Turn.REQUESTED


def test_repeating_it_changes_the_options_and_nothing_else(alice: Account, bob: Account, carol: Account) -> None:
    for target in (bob, carol):
        graph.follow(alice.pk, target.pk)
        assert graph.follow(alice.pk, target.pk, notify=True, languages=["de"]) is Turn.NOTHING
        assert graph.follow(alice.pk, target.pk, show_reblogs=False) is Turn.NOTHING
        tie = queries.relationship(alice.pk, target.pk)
        assert (tie.show_reblogs, tie.notify, tie.languages) == (False, True, ("de",))
    assert counts(alice) == Counts(following=1)


def test_the_options_of_a_request_outlast_its_acceptance(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, show_reblogs=False, notify=True, languages=["de", "fr"])
    graph.accept(carol.pk, by(carol), requester=alice.pk)

    tie = queries.relationship(alice.pk, carol.pk)
    assert (tie.show_reblogs, tie.notify, tie.languages) == (False, True, ("de", "fr"))


@pytest.mark.parametrize("again", [graph.follow, lambda one, other: graph.toggle(one, other, Actor(one, "test"))])
def test_a_request_to_an_account_that_has_opened_becomes_a_follow(
    alice: Account, carol: Account, again: Callable[[int, int], Turn]
) -> None:
    graph.follow(alice.pk, carol.pk)
    graph.change_profile(carol.pk, by(carol), locked=False, accept_waiting=False)
    assert queries.relationship(alice.pk, carol.pk).requested

    assert again(alice.pk, carol.pk) is Turn.FOLLOWED
    assert (counts(alice), counts(carol)) == (Counts(following=1), Counts(followers=1))
    assert told() == {("carol", "alice", Told.FOLLOWED)}
    assert decided() == []


def test_toggling_follows_and_unfollows_asks_and_takes_back(alice: Account, bob: Account, carol: Account) -> None:
    turns = [graph.toggle(alice.pk, target.pk, by(alice)) for target in (bob, bob, carol, carol)]

    assert turns == [Turn.FOLLOWED, Turn.UNFOLLOWED, Turn.REQUESTED, Turn.CANCELLED]
    assert {counts(account) for account in (alice, bob, carol)} == {Counts()}
    assert told() == set()
    assert decided() == [(Decided.CANCELLED, "alice", "carol", "alice")]


@pytest.mark.parametrize("follow", [graph.follow, lambda one, other: graph.toggle(one, other, Actor(one, "test"))])
def test_who_cannot_be_followed(
    alice: Account, bob: Account, mallory: Account, carol: Account, follow: Callable[[int, int], Turn]
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
            follow(alice.pk, target.pk)
    with pytest.raises(NoSuchAccount):
        follow(alice.pk, 2**31 - 1)
    assert not Follow.objects.exists()


# --- answering --------------------------------------------------------------------------------------


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


# --- ending -----------------------------------------------------------------------------------------


def test_unfollowing(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk)

    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is Turn.UNFOLLOWED
    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is Turn.NOTHING
    assert (counts(alice), counts(bob), told()) == (Counts(), Counts(), set())


def test_taking_a_request_back(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk)

    assert graph.unfollow(alice.pk, carol.pk, by(alice)) is Turn.CANCELLED
    assert (counts(carol), told()) == (Counts(), set())
    assert decided() == [(Decided.CANCELLED, "alice", "carol", "alice")]


def test_removing_a_follower(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk)
    graph.follow(bob.pk, alice.pk)

    assert graph.remove_follower(bob.pk, alice.pk, by(bob)) is Turn.UNFOLLOWED
    assert graph.remove_follower(bob.pk, alice.pk, by(bob)) is Turn.NOTHING
    assert (counts(alice), counts(bob)) == (Counts(followers=1), Counts(following=1))
    assert told() == {("alice", "bob", Told.FOLLOWED)}
    assert decided() == [(Decided.REMOVED, "alice", "bob", "bob")]


def test_removing_a_follower_leaves_a_request(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk)

    assert graph.remove_follower(carol.pk, alice.pk, by(carol)) is Turn.NOTHING
    assert counts(carol) == Counts(requests=1)


# --- blocking ---------------------------------------------------------------------------------------


def test_blocking_cuts_follows_and_requests_both_ways_with_their_notices(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk)
    graph.follow(carol.pk, alice.pk)

    assert graph.block(alice.pk, carol.pk, by(alice))
    assert not graph.block(alice.pk, carol.pk, by(alice))
    assert (counts(alice), counts(carol)) == (Counts(), Counts())
    assert told() == set()
    assert decided() == [(Decided.BLOCKED, "carol", "alice", "alice")]


def test_unblocking_brings_nothing_back(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk)
    graph.block(bob.pk, alice.pk, by(bob))

    assert graph.unblock(bob.pk, alice.pk, by(bob))
    assert not graph.unblock(bob.pk, alice.pk, by(bob))
    assert not queries.relationship(alice.pk, bob.pk).following
    assert [kind for kind, *_ in decided()] == [Decided.BLOCKED, Decided.UNBLOCKED]
    assert graph.follow(alice.pk, bob.pk) is Turn.FOLLOWED


def test_both_may_block_each_other(alice: Account, bob: Account) -> None:
    graph.block(alice.pk, bob.pk, by(alice))
    graph.block(bob.pk, alice.pk, by(bob))
    graph.unblock(alice.pk, bob.pk, by(alice))

    tie = queries.relationship(alice.pk, bob.pk)
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


# --- suspending -------------------------------------------------------------------------------------


def test_a_suspended_requester_is_not_listed_but_still_counted_and_answered(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk)
    people.suspend(alice.pk)

    assert queries.requests_to(carol.pk, Window(40)).rows == []
    assert queries.pending_count(carol.pk) == 1
    graph.accept(carol.pk, by(carol), requester=alice.pk)
    assert counts(carol) == Counts(followers=1)


def test_who_follows_a_suspended_account_may_leave_it(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk)
    people.suspend(bob.pk)

    assert graph.toggle(alice.pk, bob.pk, by(alice)) is Turn.UNFOLLOWED
    assert graph.unfollow(alice.pk, bob.pk, by(alice)) is Turn.NOTHING


def test_the_database_itself_refuses_what_must_never_be(alice: Account, bob: Account) -> None:
    from django.db import IntegrityError, transaction

    graph.follow(alice.pk, bob.pk)
    never: list[Callable[[], Any]] = [
        lambda: Follow.objects.create(follower=alice, target=bob),
        lambda: Follow.objects.create(follower=bob, target=bob),
        lambda: Block.objects.create(blocker=bob, target=bob),
        lambda: Tally.objects.filter(pk=bob.pk).update(followers=-1),
        lambda: Account.objects.create(username="ALICE"),
        lambda: Account.objects.create(username="zed", email="Alice@Example.org"),
        lambda: Account.objects.create(username=""),
        lambda: Account.objects.create(username="zed", domain="other.example", email="zed@example.org"),
    ]
    for write in never:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_a_list_pages_without_gaps_or_repeats(carol: Account) -> None:
    askers = [AccountFactory() for _ in range(5)]
    for asker in askers:
        graph.follow(asker.pk, carol.pk)
    newest_first = [asker.pk for asker in reversed(askers)]

    first = queries.requests_to(carol.pk, Window(2))
    second = queries.requests_to(carol.pk, Window(2, before=first.ids[-1]))
    third = queries.requests_to(carol.pk, Window(2, before=second.ids[-1]))
    assert [key.account for page in (first, second, third) for key in page.rows] == newest_first
    assert [page.full for page in (first, second, third)] == [True, True, False]
    newer = queries.requests_to(carol.pk, Window(40, after=second.ids[-1]))
    assert [key.account for key in newer.rows] == newest_first[:3]
