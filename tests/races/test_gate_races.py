"""The gate in real threads on a real database: whoever comes first, the pair is whole and the tallies are right."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.access import Actor
from accounts.models import Account
from follows import deciding, graph, relationships, tallies
from follows.deciding import Result, Verdict
from follows.gate import approvals, expiry, kept_out, settings
from follows.models import Approval, Decision, Follow, KeptOut, Notice
from follows.policy import Blocked
from tests.races.test_races import ROUNDS, at_once
from tests.servers import Live

Kind = Decision.Kind


@pytest.fixture
def race(live: Live) -> Iterator[Callable[..., list[Any]]]:
    """Runs calls at once, each with a connection of its own. At the end the tallies must be right."""

    def one(call: Callable[[], Any]) -> Any:
        with live.database():
            return call()

    yield lambda *calls: at_once(*[partial(one, call) for call in calls])
    with live.database():
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def asked(live: Live, owner: Account, days: int = 0) -> tuple[Account, int]:
    """A new account that asks the owner, since so many days, and the id of its request."""
    requester = live.sign_up("requester")
    live.follow(requester, owner)
    with live.database():
        request = Follow.objects.get(follower=requester, target=owner)
        Follow.objects.filter(pk=request.pk).update(created_at=timezone.now() - timedelta(days=days))
    return requester, request.pk


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def follow(requester: Account, owner: Account) -> None:
    with contextlib.suppress(Blocked):
        graph.follow(requester.pk, owner.pk, by(requester))


def test_a_request_that_two_batches_decide_is_decided_once(live: Live, race: Callable[..., list[Any]]) -> None:
    owner = live.sign_up("owner", locked=True)
    for _ in range(ROUNDS):
        requests = [asked(live, owner)[1] for _ in range(3)]

        batches = race(
            *(
                partial(deciding.decide_requests, owner.pk, verdict, order, by(owner))
                for verdict in Verdict
                for order in (requests, requests[::-1])
            )
        )

        for request in requests:
            won = [one for _, outcomes in batches for one in outcomes if one.request == request and one.decision]
            assert len(won) == 1


def test_of_several_who_undo_a_decision_one_does(live: Live, race: Callable[..., list[Any]]) -> None:
    owner = live.sign_up("owner", locked=True)
    for verdict in list(Verdict) * (ROUNDS // 2):
        _, request = asked(live, owner)
        with live.database():
            (made,) = deciding.decide_requests(owner.pk, verdict, [request], by(owner)).outcomes
        assert made.decision

        outcomes = race(*[partial(deciding.undo, owner.pk, made.decision, by(owner))] * 4)
        assert sorted(outcome.result for outcome in outcomes) == [Result.RESTORED, *[Result.TOO_LATE] * 3]


def test_decide_undo_block_follow_and_expiry_at_once(live: Live, race: Callable[..., list[Any]]) -> None:
    owner = live.sign_up("owner", locked=True)
    with live.database():
        settings.change(owner.pk, by(owner), expire_days=14)
    for _ in range(ROUNDS):
        requester, request = asked(live, owner, days=20)
        other, other_request = asked(live, owner)
        with live.database():
            (rejected,) = deciding.decide_requests(owner.pk, Verdict.REJECT, [other_request], by(owner)).outcomes

        race(
            partial(deciding.decide_requests, owner.pk, Verdict.ACCEPT, [request], by(owner)),
            expiry.expire,
            partial(follow, requester, owner),
            partial(deciding.undo, owner.pk, rejected.decision, by(owner)),
            partial(graph.block, owner.pk, other.pk, by(owner)),
            partial(follow, other, owner),
        )

        with live.database():
            ties = relationships.one(owner.pk, other.pk)
            assert ties.blocking
            assert not Follow.objects.filter(follower=other, target=owner).exists()
            assert not Notice.objects.filter(recipient=owner, actor=other).exists()
            ends = Decision.objects.filter(follower=requester, target=owner, kind__in=[Kind.ACCEPTED, Kind.EXPIRED])
            assert ends.count() == 1


def test_keeping_out_against_approving_asking_and_accepting(live: Live, race: Callable[..., list[Any]]) -> None:
    owner = live.sign_up("owner", locked=True)

    def approve(requester: Account) -> None:
        with contextlib.suppress(approvals.Invalid):
            approvals.approve_account(owner.pk, requester.pk, None, by(owner))

    for _ in range(ROUNDS):
        requester = live.sign_up("requester")

        race(
            partial(kept_out.keep_out, owner.pk, requester.pk, by(owner)),
            partial(follow, requester, owner),
            partial(approve, requester),
            partial(deciding.decide_accounts, owner.pk, Verdict.ACCEPT, [requester.pk], by(owner)),
        )

        with live.database():
            assert KeptOut.objects.filter(owner=owner, account=requester).exists()
            edge = Follow.objects.filter(follower=requester, target=owner).first()
            assert edge is None or edge.aside
            assert Approval.objects.filter(owner=owner, account=requester).count() <= 1
