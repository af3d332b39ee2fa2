"""Accounts and servers that an owner keeps out: their requests wait aside, and they do not notice."""

from typing import Any

import pytest

from accounts.domains import NotADomain
from accounts.models import Account
from follows import graph, queries, relationships
from follows.gate import kept_out
from follows.graph import FollowResult
from follows.models import ArrivalReason, Follow, KeptOut
from tests.follows.ledger import Counts, Decided, by, counts, decided, told
from tests.follows.test_gate import ask, reason, waiting, zoe

__all__ = ["zoe"]


def test_the_request_of_an_account_that_is_kept_out_waits_aside_and_shows_nowhere(alice: Account, bob: Account) -> None:
    kept_out.keep_out(bob.pk, alice.pk, by(bob))

    assert ask(alice, bob) is FollowResult.REQUESTED
    assert relationships.one(alice.pk, bob.pk).requested
    assert not relationships.one(bob.pk, alice.pk).requested_by
    assert (waiting(bob), counts(bob), told(), queries.pending_count(bob.pk)) == ([], Counts(), set(), 0)
    assert reason(alice) is ArrivalReason.KEPT_OUT
    assert not Follow.objects.get().while_paused
    with pytest.raises(graph.NoSuchRequest):
        graph.accept(bob.pk, alice.pk, by(bob))


def test_asking_again_or_taking_back_looks_like_any_request(alice: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))

    assert [ask(alice, carol), ask(alice, carol)] == [FollowResult.REQUESTED, FollowResult.NOTHING]
    assert reason(alice) is ArrivalReason.LOCKED
    assert graph.unfollow(alice.pk, carol.pk, by(alice)) is FollowResult.CANCELLED
    assert counts(carol) == Counts()


def test_keeping_out_moves_a_request_aside_and_letting_in_brings_it_back(alice: Account, carol: Account) -> None:
    ask(alice, carol)

    entry = kept_out.keep_out(carol.pk, alice.pk, by(carol))
    assert (waiting(carol), counts(carol), told()) == ([], Counts(), set())
    assert relationships.one(alice.pk, carol.pk).requested

    kept_out.let_in(carol.pk, entry)
    assert (waiting(carol), counts(carol), told()) == ([alice.pk], Counts(requests=1), set())


def test_keeping_out_ends_a_follow(alice: Account, bob: Account) -> None:
    ask(alice, bob)
    assert kept_out.keep_out(bob.pk, alice.pk, by(bob)) == kept_out.keep_out(bob.pk, alice.pk, by(bob))

    assert counts(bob) == Counts()
    assert decided() == [(Decided.REMOVED, "alice", "bob", "bob")]
    assert KeptOut.objects.count() == 1


def test_a_server_is_kept_out_with_everybody_on_it(zoe: Account, alice: Account, carol: Account) -> None:
    ask(zoe, carol)
    ask(zoe, alice)

    for owner in (carol, alice):
        entry = kept_out.keep_server_out(owner.pk, "OTHER.example", by(owner))
    assert (waiting(carol), counts(alice)) == ([], Counts())
    assert ask(zoe, alice) is FollowResult.REQUESTED
    assert waiting(alice) == []

    kept_out.let_in(alice.pk, entry)
    assert waiting(alice) == [zoe.pk]


def test_nobody_keeps_their_own_server_out(alice: Account, settings: Any) -> None:
    with pytest.raises(NotADomain):
        kept_out.keep_server_out(alice.pk, settings.LOCAL_DOMAIN.upper(), by(alice))

    assert not KeptOut.objects.exists()


def test_opening_never_touches_what_waits_aside(alice: Account, bob: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    ask(alice, carol)
    ask(bob, carol)

    graph.change_profile(carol.pk, by(carol), locked=False)
    assert counts(carol) == Counts(followers=1)
    assert relationships.one(alice.pk, carol.pk).requested
