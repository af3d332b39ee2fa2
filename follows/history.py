"""The log of decisions that members may see.

It has all decisions about their followers, and their own decisions about accounts that they follow.

Decisions of others about the member are limited to what the member can see anyway: never a rejection, a removal, a
pause, a rule, that the member is kept out, or that moderators decided.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from follows.deciding import UNDOABLE, UNDOABLE_FOR
from follows.models import Decision, GateRule
from follows.opening import OPENING
from follows.paging import Part, part

Kind = Decision.Kind
TOLD = (Kind.ASKED, Kind.FOLLOWED, Kind.UNFOLLOWED, Kind.ACCEPTED, Kind.CANCELLED, Kind.EXPIRED)
SERVER, ADMIN = "server", "admin"


class Entry(NamedTuple):
    """One row of the log. `mine` is whether it is about who follows the member; `by` is me, them, moderator, rule
    or server."""

    id: int
    kind: Kind
    account: int
    mine: bool
    by: str
    door: str
    rule: str | None
    decided_at: datetime
    batch: int | None
    undoes: int | None
    undone_by: int | None
    undoable: bool


class Filter(NamedTuple):
    """A choice of rows; a field with its default leaves none out."""

    account: int | None = None
    kinds: Collection[Kind] = ()
    mine: bool | None = None


def history(member: int, chosen: Filter, after: int | None, limit: int) -> Part[Entry]:
    """The member's log, newest first."""
    parts = []
    if chosen.mine is not False:
        everything = Decision.objects.filter(target=member, aside=False)
        parts.append(_part(everything, everything, "follower", chosen, after, limit))
    if chosen.mine is not True:
        everything = Decision.objects.filter(follower=member)
        told = everything.filter(kind__in=TOLD).exclude(kind=Kind.ACCEPTED, rule__in=GateRule.values)
        parts.append(_part(everything, told, "target", chosen, after, limit))
    ends = [end for _, end in parts if end]
    rows = sorted((row for found, _ in parts for row in found if row[0] >= max(ends, default=0)), reverse=True)
    shown = rows[:limit]
    end = shown[-1][0] if len(rows) > limit else max(ends, default=None)
    return Part(list(_entries(member, shown)), end)


class Summary(NamedTuple):
    """The decisions of a batch: how many of each kind, how many accounts are now kept out, and the accounts.

    `undoable` is whether a part of it may be undone, as far as its age says.
    """

    counts: dict[Kind, int]
    kept_out: int
    accounts: list[int]
    undoable: bool


def summary(member: int, batch: int) -> Summary:
    """Sum up a batch of the member; the summary of somebody else's batch is empty."""
    columns = ("kind", "follower_id", "target_id", "created_at", "was__kept_out", "undone_by__id")
    rows = list(Decision.objects.filter(batch=batch, batch__owner=member).order_by("pk").values_list(*columns))
    since = timezone.now() - UNDOABLE_FOR
    return Summary(
        dict(Counter(Kind(row[0]) for row in rows)),
        sum(row[4] is True for row in rows),
        [target if follower == member else follower for _, follower, target, *_ in rows],
        any(row[0] in UNDOABLE and row[3] > since and row[5] is None for row in rows),
    )


def _part(
    everything: QuerySet[Decision],
    rows: QuerySet[Decision],
    other: str,
    chosen: Filter,
    after: int | None,
    limit: int,
) -> Part[tuple[Any, ...]]:
    if chosen.account is not None:
        everything, rows = everything.filter(**{other: chosen.account}), rows.filter(**{other: chosen.account})
    if chosen.kinds:
        rows = rows.filter(kind__in=chosen.kinds)
    return part(everything, rows, after, limit, *_COLUMNS)


def _entries(member: int, rows: Iterable[tuple[Any, ...]]) -> Iterable[Entry]:
    rows = list(rows)
    latest = _latest(member, [row[2] for row in rows if row[3] == member])
    since = timezone.now() - UNDOABLE_FOR
    for pk, kind, follower, target, actor, door, rule, decided_at, batch, undoes, undone_by, suspended in rows:
        if target != member:
            by = "me" if actor == member else SERVER if kind == Kind.EXPIRED else "them"
            door = SERVER if door in {ADMIN, "command"} else door  # noqa: PLW2901  # would name moderators
            yield Entry(pk, Kind(kind), target, False, by, door, None, decided_at, None, None, None, False)
            continue
        undoable = kind in UNDOABLE and not rule and decided_at > since and not suspended and latest[follower] == pk
        yield Entry(
            pk,
            Kind(kind),
            follower,
            True,
            _by(member, follower, actor, door, rule),
            door,
            None if rule in {"", OPENING} else rule,
            decided_at,
            batch,
            undoes,
            undone_by,
            undoable,
        )


def _by(member: int, follower: int, actor: int | None, door: str, rule: str) -> str:
    if rule and rule != OPENING:
        return "rule"
    if actor is None:
        return "moderator" if door == ADMIN else SERVER
    return {member: "me", follower: "them"}.get(actor, "moderator")


def _latest(member: int, followers: Collection[int]) -> dict[int, int]:
    """The newest row of the log about each of these pairs, as undoing looks at it."""
    pair = Decision.objects.filter(target=member, follower__in=followers)
    latest = dict(pair.order_by().values_list("follower").annotate(Max("pk")))
    theirs = Q(kind__in=[Kind.BLOCKED, Kind.UNBLOCKED])
    blocks = Decision.objects.filter(theirs, follower=member, target__in=followers)
    for follower, pk in blocks.order_by().values_list("target").annotate(Max("pk")):
        latest[follower] = max(pk, latest.get(follower, 0))
    return latest


_COLUMNS = (
    "kind",
    "follower_id",
    "target_id",
    "actor_id",
    "door",
    "rule",
    "created_at",
    "batch_id",
    "undoes_id",
    "undone_by__id",
    "follower__suspended_at",
)
