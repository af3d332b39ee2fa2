"""Every write to the graph.

One write is one transaction under one pair lock; tallies move last in it. Refusals are raised
before anything is changed. Reads are in `queries`, rules in `policy`.
"""

from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import notices, policy
from follows.locks import lock_pairs, pair_lock
from follows.models import Block, Decision, Follow, Notice, Tally

Decided = Decision.Kind
Told = Notice.Kind
Moves = dict[int, dict[str, int]]  # account -> tally column -> by how much

CHUNK = 500  # requests accepted in one transaction when an account opens


class NoSuchRequest(Refused):
    """There is no pending request with this id or from this account to this owner."""


class Turn(Enum):
    """What a change did to a pair."""

    FOLLOWED = "followed"
    REQUESTED = "requested"
    UNFOLLOWED = "unfollowed"
    CANCELLED = "cancelled"
    NOTHING = "nothing"


def follow(follower: int, target: int, **options: Any) -> Turn:
    """Follow, or ask to. Repeated, it only changes the options that are given.

    A request to an account that has opened meanwhile becomes a follow.
    `options` are columns of the edge: `show_reblogs`, `notify`, `languages`.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `policy.needs_approval`.
    """
    with pair_lock(follower, target):
        wait = policy.needs_approval(follower, target)
        edge = Follow.objects.filter(follower=follower, target=target).first()
        if edge is None:
            return _begin(follower, target, wait, options)
        if options:
            Follow.objects.filter(pk=edge.pk).update(**options)
            edge.refresh_from_db()
        if edge.accepted_at is None and not wait:
            return _join(edge)
        return Turn.NOTHING


def unfollow(follower: int, target: int, by: Actor) -> Turn:
    """End the follow or take back the request; neither there is no error."""
    with pair_lock(follower, target):
        return _end(follower, target, by)


def toggle(follower: int, target: int, by: Actor) -> Turn:
    """Follow or ask, and the other time unfollow or take back.

    A request to an account that has opened meanwhile becomes a follow.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `policy.needs_approval`.
    """
    with pair_lock(follower, target):
        wait = policy.needs_approval(follower, target)
        edge = Follow.objects.filter(follower=follower, target=target).first()
        if edge is None:
            return _begin(follower, target, wait, {})
        if edge.accepted_at is None and not wait:
            return _join(edge)
        return _end(follower, target, by)


def accept(owner: int, by: Actor, *, requester: int | None = None, request: int | None = None) -> None:
    """Let a requester follow `owner`. The request is named by the requester's id or by its own.

    :raises NoSuchRequest: when it is not pending, or not addressed to `owner`.
    """
    requester = requester or _requester(owner, request)
    with pair_lock(requester, owner):
        _join(_pending(owner, requester, request), by)


def reject(owner: int, by: Actor, *, requester: int | None = None, request: int | None = None) -> None:
    """Turn a request away. Nothing is remembered but the decision: the requester may ask again.

    :raises NoSuchRequest: when it is not pending, or not addressed to `owner`.
    """
    requester = requester or _requester(owner, request)
    with pair_lock(requester, owner):
        edge = _pending(owner, requester, request)
        edge.delete()
        notices.withdraw(owner, requester, Told.REQUESTED)
        _log(Decided.REJECTED, requester, owner, by)
        _move({owner: {"requests": -1}})


def remove_follower(owner: int, follower: int, by: Actor) -> Turn:
    """End somebody's follow of `owner`; a pending request of theirs stays."""
    with pair_lock(follower, owner):
        deleted, _ = Follow.objects.accepted().filter(follower=follower, target=owner).delete()
        if not deleted:
            return Turn.NOTHING
        notices.withdraw(owner, follower, Told.FOLLOWED, Told.JOINED)
        _log(Decided.REMOVED, follower, owner, by)
        _move({owner: {"followers": -1}, follower: {"following": -1}})
        return Turn.UNFOLLOWED


def change_profile(owner: int, by: Actor, **columns: Any) -> None:
    """Change an account's own columns. Opening a locked account accepts everybody who waits.

    :raises people.Invalid: when a value cannot be stored.
    """
    opens = columns.get("locked") is False and Account.objects.filter(pk=owner, locked=True).exists()
    people.change(owner, **columns)
    if opens:
        accept_waiting(owner, by)


def accept_waiting(owner: int, by: Actor) -> int:
    """Accept everybody who waits, oldest first. Returns how many.

    Runs in transactions of `CHUNK` requests, so that a long queue never holds the others up.
    Requests of suspended accounts stay pending.
    """
    accepted = chunk = _accept_oldest(owner, by)
    while chunk == CHUNK:
        accepted += (chunk := _accept_oldest(owner, by))
    return accepted


def block(blocker: int, target: int, by: Actor) -> bool:
    """Cut every tie between the two, both ways, with their notices. True unless it stood already.

    :raises policy.SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target.
    """
    if blocker == target:
        raise policy.SelfFollow
    with pair_lock(blocker, target):
        if not Account.objects.filter(pk=target).exists():
            raise NoSuchAccount
        _, created = Block.objects.get_or_create(blocker_id=blocker, target_id=target)
        if not created:
            return False
        moves: Moves = {}
        for follower, followed in ((blocker, target), (target, blocker)):
            for edge in Follow.objects.filter(follower=follower, target=followed):
                edge.delete()
                _shift(moves, edge, -1)
        notices.forget_between(blocker, target)
        _log(Decided.BLOCKED, target, blocker, by)
        _move(moves)
        return True


def unblock(blocker: int, target: int, by: Actor) -> bool:
    """Take a block back; what it cut does not return. True if there was one."""
    with pair_lock(blocker, target):
        deleted, _ = Block.objects.filter(blocker=blocker, target=target).delete()
        if deleted:
            _log(Decided.UNBLOCKED, target, blocker, by)
        return bool(deleted)


def toggle_block(blocker: int, target: int, by: Actor) -> bool:
    """Block, and the other time unblock. True when the block stands now.

    :raises policy.SelfFollow, NoSuchAccount: as `block`.
    """
    with pair_lock(blocker, target):
        return not unblock(blocker, target, by) and block(blocker, target, by)


def _begin(follower: int, target: int, wait: bool, options: dict[str, Any]) -> Turn:
    now = timezone.now()
    edge = Follow.objects.create(
        follower_id=follower, target_id=target, created_at=now, accepted_at=None if wait else now, **options
    )
    notices.tell(target, follower, Told.REQUESTED if wait else Told.FOLLOWED)
    _move(_shift({}, edge, +1))
    return Turn.REQUESTED if wait else Turn.FOLLOWED


def _join(edge: Follow, by: Actor | None = None) -> Turn:
    """Make a request a follow, in a fresh row. Without `by` nobody decided: the account had opened."""
    owner, requester = edge.target_id, edge.follower_id
    moves = _shift({}, edge, -1)
    edge.delete()
    edge.pk, edge.accepted_at = None, timezone.now()
    edge.save(force_insert=True)
    notices.withdraw(owner, requester, Told.REQUESTED)
    if by is None:
        notices.tell(owner, requester, Told.FOLLOWED)
    else:
        notices.tell(owner, requester, Told.JOINED)
        notices.tell(requester, owner, Told.ACCEPTED)
        _log(Decided.ACCEPTED, requester, owner, by)
    _move(_shift(moves, edge, +1))
    return Turn.FOLLOWED


def _end(follower: int, target: int, by: Actor) -> Turn:
    edge = Follow.objects.filter(follower=follower, target=target).first()
    if edge is None:
        return Turn.NOTHING
    moves = _shift({}, edge, -1)
    pending = edge.accepted_at is None
    edge.delete()
    notices.withdraw(target, follower, Told.REQUESTED, Told.FOLLOWED, Told.JOINED)
    if pending:
        _log(Decided.CANCELLED, follower, target, by)
    _move(moves)
    return Turn.CANCELLED if pending else Turn.UNFOLLOWED


def _accept_oldest(owner: int, by: Actor) -> int:
    """Accept up to `CHUNK` of the longest waiting requests in one transaction."""
    with transaction.atomic():
        waiting = Follow.objects.pending().filter(target=owner, follower__suspended_at=None)
        requesters = list(waiting.order_by("id").values_list("follower_id", flat=True)[:CHUNK])
        lock_pairs(owner, requesters)
        edges = list(Follow.objects.pending().filter(target=owner, follower__in=requesters).order_by("id"))
        requesters = [edge.follower_id for edge in edges]  # without those who went before the lock was ours
        Follow.objects.filter(pk__in=[edge.pk for edge in edges]).delete()
        now = timezone.now()
        for edge in edges:
            edge.pk, edge.accepted_at = None, now
        Follow.objects.bulk_create(edges)
        Notice.objects.filter(recipient=owner, actor__in=requesters, kind=Told.REQUESTED).delete()
        notices.tell_all(requesters, owner, Told.ACCEPTED)
        Decision.objects.bulk_create(
            Decision(kind=Decided.ACCEPTED, follower_id=requester, target_id=owner, actor_id=by.account, door=by.door)
            for requester in requesters
        )
        _move(
            {requester: {"following": +1} for requester in requesters}
            | {owner: {"followers": len(edges), "requests": -len(edges)}}
        )
        return len(edges)


def _pending(owner: int, requester: int, request: int | None) -> Follow:
    found = Follow.objects.pending().filter(follower=requester, target=owner)
    edge = (found.filter(pk=request) if request else found).first()
    if edge is None:
        raise NoSuchRequest
    return edge


def _requester(owner: int, request: int | None) -> int:
    found = Follow.objects.pending().filter(pk=request or 0, target=owner)
    requester = found.values_list("follower_id", flat=True).first()
    if requester is None:
        raise NoSuchRequest
    return requester


def _log(kind: Decision.Kind, follower: int, target: int, by: Actor) -> None:
    Decision.objects.create(kind=kind, follower_id=follower, target_id=target, actor_id=by.account, door=by.door)


def _shift(moves: Moves, edge: Follow, by: int) -> Moves:
    """Add to `moves` what an edge's coming (+1) or going (-1) means for both ends' tallies."""
    changes = (
        [(edge.target_id, "requests")]
        if edge.accepted_at is None
        else [(edge.target_id, "followers"), (edge.follower_id, "following")]
    )
    for account, column in changes:
        columns = moves.setdefault(account, {})
        columns[column] = columns.get(column, 0) + by
    return moves


def _move(moves: Moves) -> None:
    """Move tallies, in the order of account ids so that two writers never wait for each other."""
    for account in sorted(moves):
        changes = {column: F(column) + by for column, by in moves[account].items()}
        if not Tally.objects.filter(pk=account).update(**changes):
            Tally.objects.bulk_create([Tally(account_id=account)], ignore_conflicts=True)
            Tally.objects.filter(pk=account).update(**changes)
