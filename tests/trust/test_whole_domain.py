"""Whatever people do in whatever order, the domain does and refuses the same as a model of plain sets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.access import Actor
from accounts.models import Account
from accounts.refused import Refused
from follows import domains, graph, leaving, marks, queries, relationships, tallies
from follows.models import Block, Follow, Mute, Notice, Opening
from follows.paging import Window
from follows.policy import Hidden
from tests.factories import AccountFactory
from tests.trust.figures import Figure
from tests.trust.model import SERVER, Model, RefusedByTheModel

LOCAL, REMOTE = 4, 2
PERSON = st.integers(0, LOCAL + REMOTE - 1)
ALL = Window(40)


class Domain(RuleBasedStateMachine):
    """Four members, two of them locked, and two people of another server."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        local = [AccountFactory(locked=number % 2 == 0) for number in range(LOCAL)]
        remote = [Account.objects.create(username=f"zoe{number}", domain=SERVER) for number in range(REMOTE)]
        self.cast = [account.pk for account in (*local, *remote)]
        self.model = Model(set(self.cast[:LOCAL]), set(self.cast[LOCAL:]))
        self.model.locked = {account.pk for account in local if account.locked}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    @rule(one=PERSON, two=PERSON)
    def follow(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.follow(me, other, by(me)), self.model.follow)

    @rule(one=PERSON, two=PERSON)
    def follow_again_and_again(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.toggle(me, other, by(me)), self.model.toggle)

    @rule(one=PERSON, two=PERSON)
    def unfollow(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.unfollow(me, other, by(me)), self.model.unfollow)

    @rule(one=PERSON, two=PERSON)
    def accept(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.accept(me, other, by(me)), self.model.accept)

    @rule(one=PERSON, two=PERSON)
    def reject(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.reject(me, other, by(me)), self.model.reject)

    @rule(one=PERSON, two=PERSON)
    def remove_follower(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.remove_follower(me, other, by(me)), self.model.remove_follower)

    @rule(one=PERSON, two=PERSON)
    def block(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.block(me, other, by(me)), self.model.block)

    @rule(one=PERSON, two=PERSON)
    def unblock(self, one: int, two: int) -> None:
        self.both(one, two, lambda me, other: graph.unblock(me, other, by(me)), self.model.unblock)

    @rule(one=PERSON, two=PERSON, too=st.booleans())
    def mute(self, one: int, two: int, too: bool) -> None:
        if self.cast[two] in self.model.alive:
            self.both(
                one,
                two,
                lambda me, other: marks.mute(me, other, notices_too=too),
                lambda me, other: self.model.mute(me, other, notices_too=too),
            )

    @rule(one=PERSON, two=PERSON)
    def unmute(self, one: int, two: int) -> None:
        self.both(one, two, marks.unmute, self.model.unmute)

    @rule(one=PERSON)
    def lock(self, one: int) -> None:
        self.alone(one, lambda me: graph.change_profile(me, by(me), locked=True), self.model.lock)

    @rule(one=PERSON, accept=st.booleans())
    def open(self, one: int, accept: bool) -> None:
        self.alone(
            one,
            lambda me: graph.change_profile(me, by(me), locked=False, accept_waiting=accept),
            lambda me: self.model.open(me, accept_waiting=accept),
        )

    @rule(one=st.integers(0, LOCAL - 1))
    def block_server(self, one: int) -> None:
        self.alone(one, lambda me: domains.block(me, SERVER, by(me)), self.model.block_server)

    @rule(one=st.integers(0, LOCAL - 1))
    def unblock_server(self, one: int) -> None:
        self.alone(one, lambda me: domains.unblock(me, SERVER), self.model.unblock_server)

    @precondition(lambda self: len(self.model.alive) > 3)
    @rule(one=PERSON, sure=st.integers(0, 3))
    def delete(self, one: int, sure: int) -> None:
        if not sure:
            self.alone(one, leaving.delete_account, self.model.delete)

    @invariant()
    def agree(self) -> None:
        """Every row, every count and every list is as the model says."""
        model = self.model
        assert set(Follow.objects.accepted().values_list("follower", "target")) == model.follows
        assert set(Follow.objects.pending().values_list("follower", "target")) == model.requests
        assert set(Block.objects.values_list("blocker", "target")) == model.blocks
        assert {(one, two): too for one, two, too in mutes()} == model.mutes
        assert notices() == model.notices
        assert not Opening.objects.exists()
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0
        for me in model.alive:
            person = queries.person(me)
            counted = (person.followers or 0, person.following or 0, queries.pending_count(me))
            assert counted == model.counts(me)
            asking = [key.account for key in queries.requests_to(me, ALL).rows]
            assert sorted(asking) == sorted(one for one, two in model.requests if two == me)
            for found in relationships.many(me, model.alive - {me}):
                tie, back = (me, found.id), (found.id, me)
                assert (found.following, found.followed_by) == (tie in model.follows, back in model.follows)
                assert (found.requested, found.requested_by) == (tie in model.requests, back in model.requests)
                assert (found.blocking, found.blocked_by) == (tie in model.blocks, back in model.blocks)
                assert (found.muting, found.muting_notices) == (tie in model.mutes, model.mutes.get(tie, False))
                assert found.domain_blocking == (me in model.without_server and found.id in model.remote)
            for viewer in model.alive:
                assert seen(queries.followers_of, me, viewer) == model.shown(me, viewer, followers=True)
                assert seen(queries.following_of, me, viewer) == model.shown(me, viewer, followers=False)

    def both(self, one: int, two: int, act: Callable[[int, int], Any], expected: Callable[[int, int], None]) -> None:
        """Do it in the domain and in the model; either both refuse, or none."""
        other = self.cast[two]
        self.alone(one, lambda me: act(me, other), lambda me: expected(me, other))

    def alone(self, one: int, act: Callable[[int], Any], expected: Callable[[int], None]) -> None:
        me = self.cast[one]
        if me not in self.model.alive:
            return
        type(self).steps += 1
        try:
            expected(me)
        except RefusedByTheModel:
            with pytest.raises(Refused):
                act(me)
        else:
            act(me)


def by(me: int) -> Actor:
    return Actor(me, "test")


def mutes() -> Any:
    return Mute.objects.values_list("muter", "target", "notices_too")


def notices() -> set[tuple[int, int, str]]:
    found = Notice.objects.values_list("recipient", "actor", "kind")
    return {(recipient, actor, Notice.Kind(kind).name.lower()) for recipient, actor, kind in found}


def seen(read: Callable[[int, int, Window], Any], me: int, viewer: int) -> set[int] | None:
    try:
        return {key.account for key in read(me, viewer, ALL).rows}
    except Hidden:
        return None


def run(examples: int, steps: int) -> int:
    """Returns how many acts were compared."""
    Domain.steps = 0
    run_state_machine_as_test(
        Domain,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Domain.steps


def test_the_domain_does_as_the_model(db: None) -> None:
    assert run(examples=1, steps=25) > 10


@pytest.mark.long
def test_the_domain_does_as_the_model_for_hundreds_of_steps(db: None, figure: Figure) -> None:
    figure(f"{run(examples=10, steps=50)} acts compared, 0 differences")
