"""The rows that `graph` writes: edges, tallies and the log, by statements compiled once.

There are no rules here. The caller holds the pair lock.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.access import Actor
from accounts.lookup import MAX_ID
from accounts.statements import Statement, Write, each, given
from follows import changes, journal
from follows.changes import Change
from follows.models import Decision, Endorsement, Follow, FollowQuerySet, List, ListMember

MOMENTS = ("created_at", "accepted_at")
KEPT = ("show_reblogs", "notify", "languages", *MOMENTS, "reason", "while_paused")
Moves = dict[int, "Delta"]  # account -> by how much its tally moves


class Edge(NamedTuple):
    """A pair's row; pending while `accepted_at` is None."""

    id: int
    follower: int
    target: int
    show_reblogs: bool
    notify: bool
    languages: Any  # a list of language codes, or None for all
    created_at: datetime
    accepted_at: datetime | None
    reason: int | None = None  # an `ArrivalReason`, for a request
    note: str = ""  # to the owner, while it is a request
    aside: bool = False
    while_paused: bool = False

    @property
    def pending(self) -> bool:
        return self.accepted_at is None

    @property
    def waits(self) -> bool:
        """Return True if the owner is asked: not while the request waits aside."""
        return self.accepted_at is None and not self.aside

    def as_json(self) -> dict[str, Any]:
        """Return the columns of an ended edge that a decision stores, to restore it (`of_json`)."""
        kept = {name: getattr(self, name) for name in KEPT}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}

    @classmethod
    def of_json(cls, follower: int, target: int, was: dict[str, Any]) -> "Edge":
        """The edge of the pair as it was; it has no row yet."""
        moments = {name: datetime.fromisoformat(was[name]) if was[name] else None for name in MOMENTS}
        return cls(id=0, follower=follower, target=target, **{name: was[name] for name in KEPT} | moments)

    def moves(self, by: int) -> Moves:
        """Return how the tallies of both ends move when the edge comes (+1) or goes (-1)."""
        if self.aside:
            return {}
        if self.pending:
            return {self.target: Delta(requests=by)}
        return {self.target: Delta(followers=by), self.follower: Delta(following=by)}


COLUMNS = ("id", "follower_id", "target_id", *Edge._fields[3:])  # of `Follow`, in the order of an `Edge`


class Delta(NamedTuple):
    followers: int = 0
    following: int = 0
    requests: int = 0


def find(follower: int, target: int) -> Edge | None:
    return _FIND.first(follower=follower, target=target)


def request_to(owner: int, pk: int) -> Edge | None:
    """The row with this id, if it goes to `owner`; what no id can be names none."""
    return _TO.first(owner=owner, id=pk) if 0 < pk <= MAX_ID else None


def requesters(owner: int, requests: Iterable[int]) -> dict[int, int]:
    """The accounts of those of these requests that wait for `owner`, by the ids of the requests."""
    known = [pk for pk in requests if 0 < pk <= MAX_ID]
    return {edge.id: edge.follower for edge in _ALL_TO.rows(owner=owner, ids=known) if edge.waits}


def request_of(follower: int, pk: int) -> Edge | None:
    """As `request_to`, if it comes from `follower`."""
    return _OF.first(owner=follower, id=pk) if 0 < pk <= MAX_ID else None


def row(edge: Edge) -> FollowQuerySet:
    """The row of an edge. Every write names the pair, so that edges can be stored by either end."""
    return Follow.objects.filter(pk=edge.id, follower=edge.follower, target=edge.target)


def add(edge: Edge) -> None:
    """Insert a row; it gets an id of its own, whatever `edge.id` is."""
    languages = None if edge.languages is None else json.dumps(edge.languages)
    _ADD.run(**edge._replace(languages=languages)._asdict())


def drop(edge: Edge) -> None:
    """Delete the row of a pair that gets a new one."""
    _DROP.run(id=edge.id, follower=edge.follower, target=edge.target)


def cut(edge: Edge) -> None:
    """Delete a pair's row with what hangs on it: the follower's list entries and endorsement."""
    drop(edge)
    _UNLIST.run(follower=edge.follower, target=edge.target)
    if not edge.pending:
        _UNENDORSE.run(follower=edge.follower, target=edge.target)


class Log(NamedTuple):
    """The columns of a row of the log besides the pair, the actor, the time and the API."""

    rule: str = ""
    batch: int | None = None
    undoes: int | None = None
    was: dict[str, Any] | None = None
    aside: bool = False


def log(kind: Decision.Kind, follower: int, target: int, by: Actor, more: Log = Log()) -> int:  # noqa: B008  # immutable
    """Log a decision on the pair, and call the listeners after the commit; returns the id of the row."""
    now = timezone.now()
    values = more._asdict() | {"was": more.was and json.dumps(more.was)}
    row = _LOG.value(kind=kind, follower=follower, target=target, actor=by.account, door=by.door, now=now, **values)
    changes.after_commit([Change(kind, follower, target, by, now, more.rule)])
    return row


def move(*several: Moves) -> None:
    """Move tallies, in the order of account ids so that two writers never wait for each other."""
    total: Moves = {}
    for moves in several:
        for account, delta in moves.items():
            total[account] = Delta(*map(sum, zip(total.get(account, Delta()), delta, strict=True)))
    for account in sorted(total):
        journal.move(account, **total[account]._asdict())


_FIND: Statement[Edge] = Statement(
    Edge,
    lambda _: Follow.objects.filter(follower=given("follower"), target=given("target")).values_list(*COLUMNS),
)
_TO: Statement[Edge] = Statement(
    Edge,
    lambda _: Follow.objects.filter(pk=given("id"), target=given("owner")).values_list(*COLUMNS),
)
_ALL_TO: Statement[Edge] = Statement(
    Edge,
    lambda _: Follow.objects.filter(pk__among=each("ids"), target=given("owner")).values_list(*COLUMNS),
)
_OF: Statement[Edge] = Statement(
    Edge,
    lambda _: Follow.objects.filter(pk=given("id"), follower=given("owner")).values_list(*COLUMNS),
)
_ADD = Write.insert(
    lambda: Follow(
        follower_id=given("follower"),
        target_id=given("target"),
        **{column: given(column) for column in Edge._fields[3:]},
    )
)
_DROP = Write.delete(lambda: Follow.objects.filter(pk=given("id"), follower=given("follower"), target=given("target")))
_UNLIST = Write.delete(
    lambda: ListMember.objects.filter(list__in=List.objects.filter(owner=given("follower")), member=given("target"))
)
_UNENDORSE = Write.delete(lambda: Endorsement.objects.filter(endorser=given("follower"), target=given("target")))
_LOG = Write.insert(
    lambda: Decision(
        kind=given("kind"),
        follower_id=given("follower"),
        target_id=given("target"),
        actor_id=given("actor"),
        door=given("door"),
        created_at=given("now"),
        rule=given("rule"),
        batch_id=given("batch"),
        undoes_id=given("undoes"),
        was=given("was"),
        aside=given("aside"),
    ),
    after=" RETURNING id",
)
