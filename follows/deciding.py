"""Many decisions of one owner in one call, and undo.

Each pair is one short transaction of `graph`. If one fails, the others continue.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import edges, graph
from follows.edges import Edge, Log
from follows.gate import kept_out, rules
from follows.graph import NoSuchRequest
from follows.locks import pair_lock
from follows.models import ArrivalReason, Batch, Decision, Follow, KeptOut, Notice
from follows.notices import making

MOST = 500  # decisions in one batch
UNDOABLE_FOR = timedelta(days=1)
Kind = Decision.Kind
UNDOABLE = (Kind.ACCEPTED, Kind.REJECTED, Kind.REMOVED)


class NoSuchDecision(Refused):
    """The owner made no decision with this id, or no batch."""


class Verdict(StrEnum):
    """The decision of an owner about a follow request."""

    ACCEPT = "accept"
    REJECT = "reject"


class Result(StrEnum):
    """The outcome of one of many decisions."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    GONE = "gone"  # answered, taken back or never there
    TOO_LATE = "too_late"  # the time to undo is over, or the pair changed since


class Outcome(NamedTuple):
    """The outcome of one item: the id of the request if it was named by it, the account, and the row of the log."""

    request: int | None
    account: int | None
    result: Result
    decision: int | None = None


class Batched(NamedTuple):
    """The batch and the outcome of each of its items, in the order of the request."""

    batch: int
    outcomes: list[Outcome]


def decide_requests(
    owner: int, verdict: Verdict, requests: Sequence[int], by: Actor, *, keep_out: bool = False
) -> Batched:
    """Answer the requests with these ids, at most `MOST`. Unknown and answered ones are `GONE`.

    With `keep_out` the rejected are kept out from now on.
    """
    batch = _batch(owner)

    def one(request: int) -> Outcome:
        try:
            requester = graph.requester_of(owner, request)
        except NoSuchRequest:
            return Outcome(request, None, Result.GONE)
        return _decided(owner, verdict, requester, request, by, batch, keep_out)

    return Batched(batch, [one(request) for request in requests])


def decide_accounts(
    owner: int, verdict: Verdict, accounts: Sequence[int], by: Actor, *, keep_out: bool = False
) -> Batched:
    """As `decide_requests`, by the ids of the accounts that ask."""
    batch = _batch(owner)
    return Batched(batch, [_decided(owner, verdict, requester, None, by, batch, keep_out) for requester in accounts])


def remove_followers(owner: int, accounts: Iterable[int], by: Actor, *, keep_out: bool = False) -> Batched:
    """End the follows of these accounts."""
    batch = _batch(owner)

    def one(follower: int) -> Outcome:
        decision = graph.remove_follower(owner, follower, by, batch=batch, keep_out=keep_out)
        return Outcome(None, follower, Result.REMOVED if decision else Result.GONE, decision)

    return Batched(batch, [one(follower) for follower in accounts])


def cancel(follower: int, targets: Iterable[int], by: Actor) -> Batched:
    """Take back one's own requests to these accounts; follows stay."""
    batch = _batch(follower)

    def one(target: int) -> Outcome:
        decision = graph.cancel(follower, target, by, batch=batch)
        return Outcome(None, target, Result.CANCELLED if decision else Result.GONE, decision)

    return Batched(batch, [one(target) for target in targets])


def cancel_requests(follower: int, requests: Iterable[int], by: Actor) -> Batched:
    """As `cancel`, by the ids of the requests."""
    batch = _batch(follower)

    def one(request: int) -> Outcome:
        edge = edges.request_of(follower, request)
        if edge is None or not edge.pending:
            return Outcome(request, None, Result.GONE)
        decision = graph.cancel(follower, edge.target, by, request=request, batch=batch)
        return Outcome(request, edge.target, Result.CANCELLED if decision else Result.GONE, decision)

    return Batched(batch, [one(request) for request in requests])


def cancel_older(follower: int, days: int, by: Actor) -> Batched:
    """As `cancel`, the requests that are at least so many days old; of more than `MOST` the oldest."""
    until = timezone.now() - timedelta(days=days)
    old = Follow.objects.pending().filter(follower=follower, created_at__lte=until).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:MOST])
    return cancel_requests(follower, ids, by)


def undo(owner: int, decision: int, by: Actor) -> Outcome:
    """Undo a decision within a day, if nothing else happened to the pair; nobody is told.

    An accepted or rejected request waits again with its old date; a removed follower follows again.

    :raises NoSuchDecision: when the owner has no decision with this id.
    """
    found = Decision.objects.filter(pk=decision, target=owner, aside=False).first()
    if found is None or found.kind in {Kind.ASKED, Kind.FOLLOWED, Kind.UNFOLLOWED, Kind.CANCELLED}:
        raise NoSuchDecision
    return _undone(found, by, None)


def undo_batch(owner: int, batch: int, by: Actor) -> Batched:
    """Take back each decision of a batch, as `undo`.

    :raises NoSuchDecision: when the owner has no such batch.
    """
    if not Batch.objects.filter(pk=batch, owner=owner).exists():
        raise NoSuchDecision
    undoing = _batch(owner)
    decisions = Decision.objects.filter(batch=batch, target=owner, kind__in=UNDOABLE).order_by("pk")
    return Batched(undoing, [_undone(decision, by, undoing) for decision in decisions])


def _decided(
    owner: int, verdict: Verdict, requester: int, request: int | None, by: Actor, batch: int, keep_out: bool
) -> Outcome:
    try:
        if verdict is Verdict.ACCEPT:
            decision = graph.accept(owner, requester, by, request=request, batch=batch)
            return Outcome(request, requester, Result.ACCEPTED, decision)
        decision = graph.reject(owner, requester, by, request=request, batch=batch, keep_out=keep_out)
        return Outcome(request, requester, Result.REJECTED, decision)
    except NoSuchRequest:
        return Outcome(request, requester, Result.GONE)


def _batch(owner: int) -> int:
    return int(Batch.objects.create(owner_id=owner).pk)


def _undone(decision: Decision, by: Actor, batch: int | None) -> Outcome:
    owner, follower = decision.target_id, decision.follower_id
    with pair_lock(follower, owner):
        edge = edges.find(follower, owner)
        restore = _restoring(decision, edge) if _may_be_undone(decision) else None
        if restore is None:
            return Outcome(None, follower, Result.TOO_LATE)
        restore()
        more = Log(batch=batch, undoes=decision.pk)
        undone = edges.log(Kind.UNDONE, follower, owner, by, more)
        restored = edges.find(follower, owner)
        before = edge.moves(-1) if edge else {}
        edges.move(before, restored.moves(+1) if restored else {})
        request = restored.id if restored and restored.waits else None
        return Outcome(request, follower, Result.RESTORED, undone)


def undoable(decision: Decision) -> bool:
    """Return True if a person made it within the last day, so that it may be undone while the pair stays as it is."""
    recent = timezone.now() - decision.created_at <= UNDOABLE_FOR
    return decision.kind in UNDOABLE and not decision.rule and recent


def _may_be_undone(decision: Decision) -> bool:
    if not undoable(decision):
        return False
    one, other = decision.follower_id, decision.target_id
    same = Q(follower=one, target=other)
    blocks = Q(follower=other, target=one, kind__in=[Kind.BLOCKED, Kind.UNBLOCKED])
    changed = Decision.objects.filter(same | blocks, pk__gt=decision.pk).exists()
    return not changed and not Account.objects.filter(pk=one, suspended_at__isnull=False).exists() and _open(one, other)


def _open(follower: int, owner: int) -> bool:
    """Return True if nothing refuses the follower now: no block of a server, and no rule of moderators."""
    try:
        return rules.check(follower, owner).outcome is not rules.Outcome.REFUSED
    except NoSuchAccount:  # the owner is suspended
        return False


def _restoring(decision: Decision, edge: Edge | None) -> Callable[[], None] | None:
    """How the edge becomes what it was; None when it is not what the decision made of it."""
    if decision.kind == Kind.ACCEPTED:
        return (lambda: _wait_again(edge)) if edge and not edge.pending else None
    return (lambda: _put_back(decision)) if edge is None and decision.was else None


def _wait_again(follow: Edge) -> None:
    edges.cut(follow)
    making.withdraw(follow.target, follow.follower, Notice.Kind.FOLLOWED, Notice.Kind.JOINED)
    making.withdraw(follow.follower, follow.target, Notice.Kind.ACCEPTED)
    edges.add(follow._replace(accepted_at=None, reason=follow.reason or ArrivalReason.LOCKED))


def _put_back(decision: Decision) -> None:
    was = decision.was or {}
    owner, follower = decision.target_id, decision.follower_id
    if was.get("kept_out"):
        KeptOut.objects.filter(owner=owner, account=follower).delete()
    edge = Edge.of_json(follower, owner, was)
    edges.add(edge._replace(aside=edge.pending and kept_out.is_kept_out(owner, follower)))
