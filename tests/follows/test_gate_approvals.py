"""Approvals before a follow request: each one lets an account in once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import people, validation
from accounts.models import Account
from follows import graph
from follows.gate import approvals, kept_out
from follows.graph import FollowResult
from tests.follows.ledger import Counts, Decided, Told, by, counts, decided, logged, told
from tests.follows.test_gate import WINDOW, ask


def test_an_approval_lets_in_once_and_looks_like_an_open_account(alice: Account, carol: Account) -> None:
    approvals.approve_account(carol.pk, alice.pk, None, by(carol))

    assert ask(alice, carol) is FollowResult.FOLLOWED
    assert told() == {("carol", "alice", Told.FOLLOWED)}
    assert decided() == [(Decided.ACCEPTED, "alice", "carol", None)]
    assert logged()[0] == (Decided.FOLLOWED, "alice", "carol", "alice")
    graph.unfollow(alice.pk, carol.pk, by(alice))
    assert ask(alice, carol) is FollowResult.REQUESTED


def test_a_handle_may_be_approved_before_there_is_such_an_account(carol: Account) -> None:
    (approved,) = approvals.approve(carol.pk, ["@Dora@Other.Example."], None, by(carol))
    assert (approved.account, approved.handle) == (None, "dora@other.example")

    dora = Account.objects.create(username="dora", domain="other.example")
    assert ask(dora, carol) is FollowResult.FOLLOWED


def test_approving_somebody_who_waits_accepts_at_once(alice: Account, carol: Account) -> None:
    ask(alice, carol)

    approvals.approve(carol.pk, ["alice"], None, by(carol))
    assert counts(carol) == Counts(followers=1)
    assert approvals.approved_by(carol.pk, WINDOW).rows == []


def test_an_approval_ends(alice: Account, carol: Account) -> None:
    approvals.approve_account(carol.pk, alice.pk, timezone.now() + timedelta(days=1), by(carol))
    carol_approves = approvals.Approval.objects.get()
    carol_approves.until = timezone.now() - timedelta(seconds=1)
    carol_approves.save()

    assert ask(alice, carol) is FollowResult.REQUESTED


def test_a_second_approval_replaces_the_first(alice: Account, carol: Account) -> None:
    approvals.approve(carol.pk, ["alice"], None, by(carol))
    until = timezone.now() + timedelta(days=3)
    approvals.approve_account(carol.pk, alice.pk, until, by(carol))

    (kept,) = approvals.approved_by(carol.pk, WINDOW).rows
    assert kept.until == until


def test_approvals_that_cannot_be_change_nothing(alice: Account, bob: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))

    for handles, until in (
        (["bob", "no one"], None),
        (["bob", "alice"], None),
        (["bob"], timezone.now() - timedelta(days=1)),
        (["bob", "@"], None),
    ):
        with pytest.raises(validation.Invalid):
            approvals.approve(carol.pk, handles, until, by(carol))
    assert approvals.approved_by(carol.pk, WINDOW).rows == []


def test_two_who_approve_each_other_follow_each_other_by_asking(alice: Account, carol: Account) -> None:
    people.change(alice.pk, locked=True)
    approvals.approve_account(carol.pk, alice.pk, None, by(carol))
    approvals.approve_account(alice.pk, carol.pk, None, by(alice))

    assert (ask(alice, carol), ask(carol, alice)) == (FollowResult.FOLLOWED, FollowResult.FOLLOWED)
