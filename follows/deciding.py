"""Many decisions of one owner in one call, and undo.

Answers and removals are made in chunks of a few pairs, each of which is one short write (`chunks`); the rest pair by
pair. What was decided stays so if the process ends in between, and its rows of the log name the batch.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from django.db import DatabaseError, OperationalError
from django.db.models import Q
from django.utils import timezone

from accounts.access import Actor
from accounts.lookup import MAX_ID, NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import chunks, edges, graph
from follows.chunks import Asked, Decided
from follows.edges import Edge, Log
from follows.gate import kept_out, rules
from follows.locks import pair_lock
from follows.models import ArrivalReason, Batch, Decision, Follow, KeptOut, Notice
from follows.notices import making

MOST = 500  # decisions in one batch
UNDOABLE_FOR = timedelta(days=1)
Kind = Decision.Kind
UNDOABLE = (Kind.ACCEPTED, Kind.REJECTED, Kind.REMOVED)

logger = logging.getLogger(__name__)


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
    REFUSED = "refused"  # the database did not take it; nothing changed
    TOO_LATE = "too_late"  # the time to undo is over, or the pair changed since


class Item(NamedTuple):
    """A request, if it is named by its id, and the account that is decided about, if it is known."""

    request: int | None
    account: int | None


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
    requesters = edges.requesters(owner, requests)
    return _decide(owner, verdict, [Item(pk, requesters.pop(pk, None)) for pk in requests], by, keep_out=keep_out)


def decide_accounts(
    owner: int, verdict: Verdict, accounts: Iterable[int], by: Actor, *, keep_out: bool = False
) -> Batched:
    """As `decide_requests`, by the ids of the accounts that ask."""
    return _decide(owner, verdict, [Item(None, account) for account in accounts], by, keep_out=keep_out)


def remove_followers(owner: int, accounts: Iterable[int], by: Actor, *, keep_out: bool = False) -> Batched:
    """End the follows of these accounts."""
    batch = _batch(owner)
    remove = partial(chunks.remove_followers, owner, by=by, batch=batch, keep_out=keep_out)
    return Batched(batch, _in_chunks([Item(None, account) for account in accounts], Result.REMOVED, remove))


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


def _decide(owner: int, verdict: Verdict, items: Sequence[Item], by: Actor, *, keep_out: bool) -> Batched:
    batch = _batch(owner)
    if verdict is Verdict.ACCEPT:
        accept = partial(chunks.accept, owner, by=by, batch=batch)
        return Batched(batch, _in_chunks(items, Result.ACCEPTED, accept))
    reject = partial(chunks.reject, owner, by=by, batch=batch, keep_out=keep_out)
    return Batched(batch, _in_chunks(items, Result.REJECTED, reject))


def _in_chunks(items: Sequence[Item], result: Result, write: Callable[[Asked], Decided]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for start in range(0, len(items), chunks.SIZE):
        if start:
            time.sleep(chunks.PAUSE)
        outcomes += _chunk(items[start : start + chunks.SIZE], result, write)
    return outcomes


def _chunk(items: Sequence[Item], result: Result, write: Callable[[Asked], Decided]) -> list[Outcome]:
    """A chunk that fails is undone as a whole; then each item is one, so that one stops none of the others."""
    asked: dict[int, int | None] = {}
    for request, account in items:
        if account and 0 < account <= MAX_ID:
            asked.setdefault(account, request)  # the second item of an account is `GONE`
    try:
        decided = write(asked) if asked else {}
    except DatabaseError as error:
        if len(items) > 1:
            return [outcome for item in items for outcome in _chunk([item], result, write)]
        if isinstance(error, OperationalError):
            raise
        logger.exception("The database refused a decision")
        return [Outcome(*item, Result.REFUSED) for item in items]
    decisions = [decided.pop(item.account or 0, None) for item in items]
    return [
        Outcome(*item, result if decision else Result.GONE, decision)
        for item, decision in zip(items, decisions, strict=True)
    ]


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
