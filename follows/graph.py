"""Every write to the graph, but for very many rows at once: these are in `opening` and `leaving`.

One write is one transaction under one pair lock; tallies move last in it. Refusals are raised
before anything is changed. Reads are in `queries`, rules in `policy`, the statements in `edges`.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import edges, notices, opening, policy
from follows.edges import Edge
from follows.locks import account_lock, pair_lock, tie_lock
from follows.models import Block, Decision, Follow, Notice

Decided = Decision.Kind
Notified = Notice.Kind


class NoSuchRequest(Refused):
    """There is no pending request with this id or from this account to this owner."""


class Turn(Enum):
    """What a change did to a pair."""

    FOLLOWED = "followed"
    REQUESTED = "requested"
    UNFOLLOWED = "unfollowed"
    CANCELLED = "cancelled"
    NOTHING = "nothing"


def follow(follower: int, target: int, begins: Callable[[], None] | None = None, **options: Any) -> Turn:
    """Follow, or ask to. Repeated, it only changes the options that are given.

    A request to an account that has opened meanwhile becomes a follow.
    `begins` is called before a new edge is written, and may raise instead of letting it.
    `options` are columns of the edge: `show_reblogs`, `notify`, `languages`.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `policy.needs_approval`.
    :raises policy.FollowsTooMany: when the follower follows as many as it may.
    """
    with tie_lock(follower, target):
        wait = policy.needs_approval(follower, target)
        edge = edges.find(follower, target)
        if edge is None:
            policy.check_ceiling(follower)
            if begins:
                begins()
            return _begin(follower, target, wait, options)
        if options:
            Follow.objects.filter(pk=edge.id).update(**options)
        if edge.pending and not wait:
            return _join(edge._replace(**options))
        return Turn.NOTHING


def unfollow(follower: int, target: int, by: Actor) -> Turn:
    """End the follow or take back the request; neither there is no error."""
    with pair_lock(follower, target):
        edge = edges.find(follower, target)
        return _end(edge, by) if edge else Turn.NOTHING


def toggle(follower: int, target: int, by: Actor) -> Turn:
    """Follow or ask, and the other time unfollow or take back. Who follows may always end it.

    A request to an account that has opened meanwhile becomes a follow; one that was suspended can only be unasked.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `policy.needs_approval`.
    :raises policy.FollowsTooMany: when the follower follows as many as it may.
    """
    with tie_lock(follower, target):
        edge = edges.find(follower, target)
        if edge and not edge.pending:
            return _end(edge, by)
        try:
            wait = policy.needs_approval(follower, target)
        except NoSuchAccount:
            if edge is None:
                raise
            wait = True
        if edge is None:
            policy.check_ceiling(follower)
            return _begin(follower, target, wait, {})
        return _end(edge, by) if wait else _join(edge)


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
        _turn_away(_pending(owner, requester, request), by)


def remove_follower(owner: int, follower: int, by: Actor) -> Turn:
    """End somebody's follow of `owner`; a pending request of theirs stays."""
    with pair_lock(follower, owner):
        edge = edges.find(follower, owner)
        if edge is None or edge.pending:
            return Turn.NOTHING
        _turn_away(edge, by)
        return Turn.UNFOLLOWED


def turn_away(owner: int, follower: int, by: Actor) -> None:
    """End somebody's follow of `owner` or request to it; neither there is no error."""
    with pair_lock(follower, owner):
        if edge := edges.find(follower, owner):
            _turn_away(edge, by)


def change_profile(owner: int, by: Actor, *, accept_waiting: bool = True, **columns: Any) -> None:
    """Change an account's own columns. Opening a locked account accepts who waits, unless they shall wait on.

    :raises people.Invalid: when a value cannot be stored.
    """
    opens = accept_waiting and columns.get("locked") is False
    with account_lock(owner) if opens else transaction.atomic():  # whoever asks beside it is seen below, or follows
        # Accounts of other servers answer for themselves.
        opens = opens and Account.objects.filter(pk=owner, locked=True, domain="").exists()
        people.change(owner, **columns)
        if opens:
            opening.begin(owner, by)
    if opens:
        opening.accept_waiting(owner)


def block(blocker: int, target: int, by: Actor) -> bool:
    """Cut every tie between the two, both ways, with their notices. True unless it stood already.

    :raises policy.SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target.
    """
    if blocker == target:
        raise policy.SelfFollow
    with tie_lock(blocker, target):
        if not Account.objects.filter(pk=target).exists():
            raise NoSuchAccount
        _, created = Block.objects.get_or_create(blocker_id=blocker, target_id=target)
        if not created:
            return False
        cut = [edge for edge in (edges.find(blocker, target), edges.find(target, blocker)) if edge]
        for edge in cut:
            edges.cut(edge)
        notices.forget(blocker, target)
        notices.forget(target, blocker)
        edges.log(Decided.BLOCKED, target, blocker, by)
        edges.move(*(edge.moves(-1) for edge in cut))
        return True


def unblock(blocker: int, target: int, by: Actor) -> bool:
    """Take a block back; what it cut does not return. True if there was one."""
    with pair_lock(blocker, target):
        deleted, _ = Block.objects.filter(blocker=blocker, target=target).delete()
        if deleted:
            edges.log(Decided.UNBLOCKED, target, blocker, by)
        return bool(deleted)


def toggle_block(blocker: int, target: int, by: Actor) -> bool:
    """Block, and the other time unblock. True when the block stands now.

    :raises policy.SelfFollow, NoSuchAccount: as `block`.
    """
    with pair_lock(blocker, target):
        return not unblock(blocker, target, by) and block(blocker, target, by)


def _begin(follower: int, target: int, wait: bool, options: dict[str, Any]) -> Turn:
    now = timezone.now()
    edge = Edge(0, follower, target, True, False, None, now, None if wait else now)._replace(**options)
    edges.add(edge)
    notices.tell(target, follower, Notified.REQUESTED if wait else Notified.FOLLOWED)
    edges.move(edge.moves(+1))
    return Turn.REQUESTED if wait else Turn.FOLLOWED


def _join(request: Edge, by: Actor | None = None) -> Turn:
    """Make a request a follow, in a fresh row. Without `by` nobody decided: the account had opened."""
    follow = request._replace(accepted_at=timezone.now())
    owner, requester = follow.target, follow.follower
    edges.drop(request)
    edges.add(follow)
    notices.tell(owner, requester, Notified.FOLLOWED if by is None else Notified.JOINED, Notified.REQUESTED)
    if by is not None:
        notices.tell(requester, owner, Notified.ACCEPTED)
        edges.log(Decided.ACCEPTED, requester, owner, by)
    edges.move(request.moves(-1), follow.moves(+1))
    return Turn.FOLLOWED


def _end(edge: Edge, by: Actor) -> Turn:
    edges.cut(edge)
    notices.forget(edge.target, edge.follower)
    if edge.pending:
        edges.log(Decided.CANCELLED, edge.follower, edge.target, by)
    edges.move(edge.moves(-1))
    return Turn.CANCELLED if edge.pending else Turn.UNFOLLOWED


def _turn_away(edge: Edge, by: Actor) -> None:
    owner, follower = edge.target, edge.follower
    edges.cut(edge)
    if edge.pending:
        notices.withdraw(owner, follower, Notified.REQUESTED)
    else:
        notices.forget(owner, follower)
    edges.log(Decided.REJECTED if edge.pending else Decided.REMOVED, follower, owner, by)
    edges.move(edge.moves(-1))


def _pending(owner: int, requester: int, request: int | None) -> Edge:
    edge = edges.find(requester, owner)
    if edge is None or not edge.pending or (request and edge.id != request):
        raise NoSuchRequest
    return edge


def _requester(owner: int, request: int | None) -> int:
    edge = edges.by_id(request or 0)
    if edge is None or edge.target != owner or not edge.pending:
        raise NoSuchRequest
    return edge.follower
