"""Whatever happens in whatever order, what must always hold holds."""

import random
from contextlib import suppress
from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from accounts.refused import Refused
from follows import graph, lists, marks, tallies
from follows.models import Block, Endorsement, Follow, List, ListMember, Notice
from tests.factories import AccountFactory

STEPS = 150


def happen(chance: random.Random, cast: list[Account]) -> None:
    """One thing that one of them does, perhaps to another one; or that is refused."""
    one, other = (chance.choice(cast).pk for _ in range(2))
    by = Actor(one, "test")
    happenings: list[Any] = [
        lambda: graph.follow(one, other, Actor(one, "test")),
        lambda: graph.follow(one, other, Actor(one, "test"), notify=True, languages=["de"]),
        lambda: graph.unfollow(one, other, by),
        lambda: graph.toggle(one, other, by),
        lambda: graph.accept(one, other, by),
        lambda: graph.accept(one, other, by),
        lambda: graph.reject(one, other, by),
        lambda: graph.remove_follower(one, other, by),
        lambda: graph.block(one, other, by),
        lambda: graph.unblock(one, other, by),
        lambda: graph.unblock(other, one, Actor(other, "test")),
        lambda: graph.toggle_block(one, other, by),
        lambda: graph.change_profile(one, by, locked=chance.random() < 0.7),
        lambda: graph.change_profile(one, by, locked=False, accept_waiting=False),
        lambda: people.suspend(one) if chance.random() < 0.3 else people.unsuspend(one),
        lambda: marks.endorse(one, other),
        lambda: lists.add(one, List.objects.get(owner=one).pk, [other]),
    ]
    with suppress(Refused):
        chance.choice(happenings)()


def check() -> None:
    """What must always hold."""
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0
    follows = set(Follow.objects.accepted().values_list("follower", "target"))
    asks = set(Follow.objects.pending().values_list("follower", "target"))
    parted = {frozenset(pair) for pair in Block.objects.values_list("blocker", "target")}
    assert not parted & {frozenset(pair) for pair in follows | asks}
    assert set(Endorsement.objects.values_list("endorser", "target")) <= follows
    members = set(ListMember.objects.values_list("list__owner", "member"))
    assert {(owner, member) for owner, member in members if owner != member} <= follows | asks

    told = {kind: set(Notice.objects.filter(kind=kind).values_list("actor", "recipient")) for kind in Notice.Kind}
    assert told[Notice.Kind.REQUESTED] == asks
    assert told[Notice.Kind.FOLLOWED] | told[Notice.Kind.JOINED] <= follows


@pytest.mark.parametrize("seed", range(4))
def test_tallies_ties_and_notices_agree_after_every_step(db: None, seed: int) -> None:
    chance = random.Random(seed)
    cast = [AccountFactory(locked=number % 2 == 0) for number in range(4)]
    cast.append(Account.objects.create(username="zoe", domain="other.example"))
    for account in cast:
        lists.create(account.pk, "friends")

    for _ in range(STEPS):
        happen(chance, cast)
        check()
    assert Follow.objects.exists() or Block.objects.exists()
