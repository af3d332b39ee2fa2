"""Every write to the graph, but for very many rows at once: these are in `opening` and `leaving`.

One write is one transaction under one pair lock; tallies move last in it. Refusals are raised
before anything is changed. Reads are in `queries`, rules in `policy`, the statements in `edges`.
"""

from enum import Enum
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import limits, people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import edges, notices, opening, policy, queries
from follows.edges import Edge, Moves
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


class Options(TypedDict, total=False):
    """What a follower chooses for a follow; languages are codes, None for all."""

    show_reblogs: bool
    notify: bool
    languages: list[str] | None


def follow(follower: int, target: int, by: Actor, **options: Unpack[Options]) -> Turn:
    """Follow, or ask to. Repeated, it only changes the options that are given.

    A request to an account that has opened meanwhile becomes a follow.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `policy.needs_approval`.
    :raises policy.FollowsTooMany: when the follower follows as many as it may.
    :raises limits.TooMany: when it began as many as it may today.
    """
    with tie_lock(follower, target):
        wait = policy.needs_approval(follower, target)
        edge = edges.find(follower, target)
        if edge is None:
            return _begin(follower, target, wait, by, options)
        if options:
            Follow.objects.filter(pk=edge.id).update(**options)
        if edge.pending and not wait:
            return _open_to(edge._replace(**options), by)
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
    :raises policy.FollowsTooMany, limits.TooMany: as `follow`.
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
            return _begin(follower, target, wait, by)
        return _end(edge, by) if wait else _open_to(edge, by)


def accept(owner: int, requester: int, by: Actor, *, request: int | None = None) -> None:
    """Let an account that asks follow `owner`. With `request`, only if that is still its request's id.

    :raises NoSuchRequest: when none is pending from `requester` to `owner`.
    """
    with pair_lock(requester, owner):
        _accept(_pending(owner, requester, request), by)


def accept_request(owner: int, request: int, by: Actor) -> None:
    """As `accept`, with the id of the request."""
    accept(owner, _requester(owner, request), by, request=request)


def reject(owner: int, requester: int, by: Actor, *, request: int | None = None) -> None:
    """Turn a request away. Only the decision is remembered: the requester may ask again.

    :raises NoSuchRequest: as `accept`.
    """
    with pair_lock(requester, owner):
        _turn_away(_pending(owner, requester, request), by)


def reject_request(owner: int, request: int, by: Actor) -> None:
    """As `reject`, with the id of the request."""
    reject(owner, _requester(owner, request), by, request=request)


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
    """Change an account's own columns. Opening an account accepts the requests that wait, unless they shall wait on.

    That it is open already makes no difference: requests may have been left waiting when it was opened.

    :raises people.Invalid: when a value cannot be stored.
    """
    opens = accept_waiting and columns.get("locked") is False
    closed = Q(locked=True) | Exists(queries.waiting_for(OuterRef("pk")))
    with account_lock(owner) if opens else transaction.atomic():  # whoever asks beside it is seen below, or follows
        # Accounts of other servers answer for themselves.
        opens = opens and Account.objects.filter(closed, pk=owner, domain="").exists()
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
    with tie_lock(blocker, target):
        return _block(blocker, target, by)


def unblock(blocker: int, target: int, by: Actor) -> bool:
    """Take a block back; what it cut does not return. True if there was one."""
    with pair_lock(blocker, target):
        return _unblock(blocker, target, by)


def toggle_block(blocker: int, target: int, by: Actor) -> bool:
    """Block, and the other time unblock. True when the block stands now.

    :raises policy.SelfFollow, NoSuchAccount: as `block`.
    """
    with tie_lock(blocker, target):
        return not _unblock(blocker, target, by) and _block(blocker, target, by)


def _block(blocker: int, target: int, by: Actor) -> bool:
    if blocker == target:
        raise policy.SelfFollow
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


def _unblock(blocker: int, target: int, by: Actor) -> bool:
    deleted, _ = Block.objects.filter(blocker=blocker, target=target).delete()
    if deleted:
        edges.log(Decided.UNBLOCKED, target, blocker, by)
    return bool(deleted)


def _begin(follower: int, target: int, wait: bool, by: Actor, options: Options | None = None) -> Turn:
    policy.check_ceiling(follower)
    limits.charge((limits.FOLLOWS, follower))
    now = timezone.now()
    edge = Edge(0, follower, target, True, False, None, now, None if wait else now)._replace(**options or {})
    edges.add(edge)
    notices.tell(target, follower, Notified.REQUESTED if wait else Notified.FOLLOWED)
    edges.log(Decided.ASKED if wait else Decided.FOLLOWED, follower, target, by)
    edges.move(edge.moves(+1))
    return Turn.REQUESTED if wait else Turn.FOLLOWED


def _open_to(request: Edge, by: Actor) -> Turn:
    """Asked again, a request to an account that has opened becomes a follow; nobody decided it."""
    owner, requester = request.target, request.follower
    moves = _join(request)
    notices.tell(owner, requester, Notified.FOLLOWED, Notified.REQUESTED)
    edges.log(Decided.FOLLOWED, requester, owner, by)
    edges.move(*moves)
    return Turn.FOLLOWED


def _accept(request: Edge, by: Actor) -> None:
    owner, requester = request.target, request.follower
    moves = _join(request)
    notices.tell(owner, requester, Notified.JOINED, Notified.REQUESTED)
    notices.tell(requester, owner, Notified.ACCEPTED)
    edges.log(Decided.ACCEPTED, requester, owner, by)
    edges.move(*moves)


def _join(request: Edge) -> tuple[Moves, Moves]:
    """Make a request a follow, in a fresh row; gives how tallies move."""
    follow = request._replace(accepted_at=timezone.now())
    edges.drop(request)
    edges.add(follow)
    return request.moves(-1), follow.moves(+1)


def _end(edge: Edge, by: Actor) -> Turn:
    edges.cut(edge)
    notices.forget(edge.target, edge.follower)
    edges.log(Decided.CANCELLED if edge.pending else Decided.UNFOLLOWED, edge.follower, edge.target, by)
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


def _requester(owner: int, request: int) -> int:
    edge = edges.by_id(request)
    if edge is None or edge.target != owner or not edge.pending:
        raise NoSuchRequest
    return edge.follower
