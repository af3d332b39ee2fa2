"""The transitions of a pair: each one changes the rows, the notices and the log, and moves the tallies last.

`graph` calls them under the lock of the pair. Nothing is refused here.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.access import Actor
from follows import edges
from follows.edges import Edge, Log, Moves
from follows.gate import facts
from follows.gate.rules import PAUSED, Answer, Outcome
from follows.models import Block, Decision, GateRule, Notice
from follows.notices import making

Decided = Decision.Kind
Notified = Notice.Kind


def block(blocker: int, target: int, by: Actor) -> bool:
    """Block, and cut every tie between the two. False if the block stood already."""
    _, created = Block.objects.get_or_create(blocker_id=blocker, target_id=target)
    if not created:
        return False
    cut = [edge for edge in (edges.find(blocker, target), edges.find(target, blocker)) if edge]
    for edge in cut:
        edges.cut(edge)
    making.forget(blocker, target)
    making.forget(target, blocker)
    edges.log(Decided.BLOCKED, target, blocker, by)
    edges.move(*(edge.moves(-1) for edge in cut))
    return True


def unblock(blocker: int, target: int, by: Actor) -> bool:
    """Take a block back. False if there was none."""
    deleted, _ = Block.objects.filter(blocker=blocker, target=target).delete()
    if deleted:
        edges.log(Decided.UNBLOCKED, target, blocker, by)
    return bool(deleted)


def begin(follower: int, target: int, answer: Answer, by: Actor, note: str, options: Mapping[str, Any]) -> Edge:
    """Make the follow, or the request, that `answer` says. `note` goes with a request."""
    now = timezone.now()
    edge = Edge(0, follower, target, True, False, None, now, now)._replace(**options)
    if answer.outcome is Outcome.FOLLOW:
        edges.add(edge)
        making.tell(target, follower, Notified.FOLLOWED)
        _log_follow(follower, target, answer, by)
    else:
        paused, aside = answer.reason and answer.row == PAUSED, answer.outcome is Outcome.ASIDE
        edge = edge._replace(accepted_at=None, reason=answer.reason, note=note, aside=aside, while_paused=bool(paused))
        edges.add(edge)
        if not (paused or aside):
            making.tell(target, follower, Notified.REQUESTED)
        edges.log(Decided.ASKED, follower, target, by, Log(aside=aside))
    edges.move(edge.moves(+1))
    return edge


def _log_follow(follower: int, target: int, answer: Answer, by: Actor) -> None:
    """A follow that the owner's rules let in is the owner's decision, too."""
    edges.log(Decided.FOLLOWED, follower, target, by)
    if answer.rule:
        if answer.rule == GateRule.APPROVED:
            facts.use_up_approval(target, follower)
        edges.log(Decided.ACCEPTED, follower, target, Actor(None, by.door), Log(rule=answer.rule))


def open_to(request: Edge, answer: Answer, by: Actor) -> None:
    """Make a request a follow, by the rules that allow it now."""
    owner, requester = request.target, request.follower
    moves = _join(request)
    making.tell(owner, requester, Notified.FOLLOWED, Notified.REQUESTED)
    if answer.rule:
        making.tell(requester, owner, Notified.ACCEPTED)
    _log_follow(requester, owner, answer, by)
    edges.move(*moves)


def accept(request: Edge, by: Actor) -> int:
    """Make a request a follow by a decision; returns the id of the decision."""
    owner, requester = request.target, request.follower
    moves = _join(request)
    making.tell(owner, requester, Notified.JOINED, Notified.REQUESTED)
    making.tell(requester, owner, Notified.ACCEPTED)
    decision = edges.log(Decided.ACCEPTED, requester, owner, by)
    edges.move(*moves)
    return decision


def _join(request: Edge) -> tuple[Moves, Moves]:
    """Make a request a follow, in a fresh row; gives how tallies move. The note was for the request alone."""
    follow = request._replace(accepted_at=timezone.now(), note="", while_paused=False)
    edges.drop(request)
    edges.add(follow)
    return request.moves(-1), follow.moves(+1)


def cut(edge: Edge, by: Actor, batch: int | None = None) -> int:
    """End a follow or a request from the follower's side; returns the id of its row of the log."""
    edges.cut(edge)
    making.forget(edge.target, edge.follower)
    kind = Decided.CANCELLED if edge.pending else Decided.UNFOLLOWED
    row = edges.log(kind, edge.follower, edge.target, by, Log(batch=batch, aside=edge.aside))
    edges.move(edge.moves(-1))
    return row


def turn_away(edge: Edge, by: Actor) -> int:
    """End a follow or a request from the target's side; returns the id of the decision."""
    owner, follower = edge.target, edge.follower
    edges.cut(edge)
    if edge.pending:
        making.withdraw(owner, follower, Notified.REQUESTED)
    else:
        making.forget(owner, follower)
    kind = Decided.REJECTED if edge.pending else Decided.REMOVED
    was = edge.as_json() | {"kept_out": False}
    decision = edges.log(kind, follower, owner, by, Log(was=was, aside=edge.aside))
    edges.move(edge.moves(-1))
    return decision
