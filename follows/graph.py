"""Every write to the graph, except those of many rows, which are in `chunks`, `opening` and `leaving`.

One write is one transaction under one pair lock. It raises its refusals before it changes anything; the changes are in
`transitions`. Reads are in `queries`, rules in `policy`, the statements in `edges`.
"""

import re
from enum import Enum
from typing import Any, TypedDict, Unpack

from django.db.models import Exists, OuterRef

from accounts import limits, lookup, people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import edges, opening, policy, queries, transitions
from follows.edges import Edge
from follows.gate import rules
from follows.gate.rules import Answer, Outcome
from follows.locks import account_lock, pair_lock, tie_lock, unlocked

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


class NoSuchRequest(Refused):
    """There is no pending request with this id or from this account to this owner."""


class FollowResult(Enum):
    """The effect of a change on a pair."""

    FOLLOWED = "followed"
    REQUESTED = "requested"
    UNFOLLOWED = "unfollowed"
    CANCELLED = "cancelled"
    NOTHING = "nothing"


class Options(TypedDict, total=False):
    """The options of a follow. `languages` are codes, None for all."""

    show_reblogs: bool
    notify: bool
    languages: list[str] | None


def follow(
    follower: int,
    target: int,
    by: Actor,
    note: str | None = None,
    **options: Unpack[Options],
) -> FollowResult:
    """Follow an account, or ask to. A second call only changes the given options and the note.

    A request that would be a follow now becomes one. `gate.rules` has the rules. `note` is for the owner, and is
    ignored if it is not a request.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `gate.rules.answer`.
    :raises policy.FollowsTooMany: when the follower follows as many as it may.
    :raises limits.TooMany: when it began as many as it may today.
    """
    with tie_lock(follower, target):
        answer = rules.answer(follower, target)
        edge = edges.find(follower, target)
        if edge is None:
            return _begin(follower, target, answer, by, note or "", options)
        if options:
            edges.row(edge).update(**options)
        if edge.waits and answer.outcome is Outcome.FOLLOW:
            transitions.open_to(edge._replace(**options), answer, by)
            return FollowResult.FOLLOWED
        if edge.pending and note is not None:
            edges.row(edge).update(note=note)
        return FollowResult.NOTHING


def unfollow(follower: int, target: int, by: Actor) -> FollowResult:
    """End the follow or take back the request; it is not an error if there is neither."""
    with pair_lock(follower, target):
        edge = edges.find(follower, target)
        return _end(edge, by) if edge else FollowResult.NOTHING


def toggle(follower: int, target: int, by: Actor) -> FollowResult:
    """Follow or ask; if there is a follow or request, end it or take it back. A follow can always be ended.

    A request that would be a follow now becomes one; one to a suspended account can only be taken back.

    :raises policy.SelfFollow, NoSuchAccount, policy.Blocked: see `gate.rules.answer`.
    :raises policy.FollowsTooMany, limits.TooMany: as `follow`.
    """
    with tie_lock(follower, target):
        edge = edges.find(follower, target)
        if edge and not edge.pending:
            return _end(edge, by)
        try:
            answer = rules.answer(follower, target)
        except NoSuchAccount:
            if edge is None:
                raise
            return _end(edge, by)
        if edge is None:
            return _begin(follower, target, answer, by)
        if edge.waits and answer.outcome is Outcome.FOLLOW:
            transitions.open_to(edge, answer, by)
            return FollowResult.FOLLOWED
        return _end(edge, by)


def accept(owner: int, requester: int, by: Actor, *, request: int | None = None) -> int:
    """Let an account that asks follow `owner`; returns the id of the decision.

    With `request`, only if that is still its request's id.

    :raises NoSuchRequest: when none waits from `requester` to `owner`.
    """
    with pair_lock(requester, owner):
        return transitions.accept(_waiting(owner, requester, request), by)


def accept_request(owner: int, request: int, by: Actor) -> int:
    """As `accept`, with the id of the request."""
    return accept(owner, requester_of(owner, request), by, request=request)


def reject(owner: int, requester: int, by: Actor, *, request: int | None = None) -> int:
    """Reject a request, as `accept`; returns the id of the decision.

    Only the decision is logged: the requester may ask again.

    :raises NoSuchRequest: as `accept`.
    """
    with pair_lock(requester, owner):
        return transitions.turn_away(_waiting(owner, requester, request), by)


def reject_request(owner: int, request: int, by: Actor) -> int:
    """As `reject`, with the id of the request."""
    return reject(owner, requester_of(owner, request), by, request=request)


def remove_follower(owner: int, follower: int, by: Actor) -> int | None:
    """End a follow of `owner`; a pending request stays. Returns the id of the decision, None if there is no follow."""
    with pair_lock(follower, owner):
        edge = edges.find(follower, owner)
        if edge is None or edge.pending:
            return None
        return transitions.turn_away(edge, by)


def cancel(
    follower: int, target: int, by: Actor, *, request: int | None = None, batch: int | None = None
) -> int | None:
    """Take a request back, and return the id of its row of the log; None when none is pending.

    With `request`, only if that is still its id.
    """
    with pair_lock(follower, target):
        edge = edges.find(follower, target)
        return transitions.cut(edge, by, batch) if edge and edge.pending and request in {None, edge.id} else None


def end_follow(edge: Edge, by: Actor) -> int:
    """Under the pair lock: the target ends the follow; returns the id of the decision."""
    return transitions.turn_away(edge, by)


def turn_away(owner: int, follower: int, by: Actor) -> None:
    """End a follow of `owner` or a request to it; it is not an error if there is neither."""
    with pair_lock(follower, owner):
        if edge := edges.find(follower, owner):
            transitions.turn_away(edge, by)


def change_profile(owner: int, by: Actor, *, accept_waiting: bool = True, **columns: Any) -> None:
    """Change an account's own columns. Opening an account accepts the requests that wait, unless they shall wait on.

    That it is open already makes no difference: requests may have been left waiting when it was opened.

    :raises validation.Invalid: when a value cannot be stored.
    """
    opens = accept_waiting and columns.get("locked") is False
    asked = Exists(queries.waiting_for(OuterRef("pk")))
    # Under the lock, a request that is made at the same time is either found below or follows at once.
    with account_lock(owner) if opens else unlocked():
        # Accounts of other servers answer for themselves.
        opens = opens and Account.objects.filter(asked, pk=owner, domain="").exists()
        people.change(owner, **columns)
        if opens:
            opening.begin(owner, by)
    if opens:
        opening.accept_waiting(owner)


def block(blocker: int, target: int, by: Actor) -> bool:
    """Block an account: end all ties between the two, and delete their notices. False if it was blocked already.

    :raises policy.SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target.
    """
    with tie_lock(blocker, target):
        return _block(blocker, target, by)


def unblock(blocker: int, target: int, by: Actor) -> bool:
    """Take a block back; what it cut does not return. True if there was one."""
    with pair_lock(blocker, target):
        return transitions.unblock(blocker, target, by)


def toggle_block(blocker: int, target: int, by: Actor) -> bool:
    """Block, and the other time unblock. True when the block stands now.

    :raises policy.SelfFollow, NoSuchAccount: as `block`.
    """
    with tie_lock(blocker, target):
        return not transitions.unblock(blocker, target, by) and _block(blocker, target, by)


def _block(blocker: int, target: int, by: Actor) -> bool:
    if blocker == target:
        raise policy.SelfFollow
    lookup.confirmed(target)
    return transitions.block(blocker, target, by)


def _begin(
    follower: int, target: int, answer: Answer, by: Actor, note: str = "", options: Options | None = None
) -> FollowResult:
    policy.check_ceiling(follower)
    limits.charge((limits.FOLLOWS, follower))
    edge = transitions.begin(follower, target, answer, by, note, options or {})
    return FollowResult.REQUESTED if edge.pending else FollowResult.FOLLOWED


def _end(edge: Edge, by: Actor) -> FollowResult:
    transitions.cut(edge, by)
    return FollowResult.CANCELLED if edge.pending else FollowResult.UNFOLLOWED


def _waiting(owner: int, requester: int, request: int | None) -> Edge:
    edge = edges.find(requester, owner)
    if edge is None or not edge.waits or request not in {None, edge.id}:
        raise NoSuchRequest
    return edge


def requester_of(owner: int, request: int) -> int:
    """The account that asks `owner` with the request of this id.

    :raises NoSuchRequest: when it does not wait, or is addressed to somebody else.
    """
    edge = edges.request_to(owner, request)
    if edge is None or not edge.waits:
        raise NoSuchRequest
    return edge.follower
