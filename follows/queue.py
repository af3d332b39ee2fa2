"""The requests that wait for a member, with what they need to decide: filters, sorts and facts beside each.

Every read is bounded. A page looks at the newest `paging.SCANNED` requests behind its cursor, and a sort or filter
by friends in common at `RANKED` of these: the newest, or the oldest where these come first.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.lookup import named
from accounts.statements import Statement, each, given
from follows import friends, queries
from follows.graph import NoSuchRequest
from follows.models import ArrivalReason, Decision, Follow
from follows.paging import Keyset, Window, end_of, part
from follows.queries import Key, key_columns

COUNTED = 10_000  # requests that are counted
RANKED = 500  # requests that are sorted by friends in common
NEWER = 100  # new requests that are counted
DECIDED = {
    Decision.Kind.ACCEPTED: "accepted",
    Decision.Kind.REJECTED: "rejected",
    Decision.Kind.REMOVED: "removed",
    Decision.Kind.EXPIRED: "expired",
}


class Sort(StrEnum):
    """The order of the queue."""

    NEWEST = "newest"
    OLDEST = "oldest"
    FRIENDS = "friends"


class Filter(NamedTuple):
    """A choice of requests; a field with its default leaves none out."""

    reasons: Collection[ArrivalReason] = ()
    followed: bool | None = None
    min_friends: int = 0
    text: str = ""
    older_than_days: int = 0
    seen: bool | None = None


class Request(NamedTuple):
    """A request that waits. `decided` counts what the owner decided about the account before, by `DECIDED`."""

    id: int
    account: Key
    asked_at: datetime
    reason: ArrivalReason
    note: str
    while_paused: bool
    seen: bool
    friends: int
    decided: dict[str, int]


class Place(NamedTuple):
    """A cursor: the last row of a page, its friends in common, and the newest request of the first page."""

    id: int
    friends: int = 0
    newest: int = 0


class Found(NamedTuple):
    """A page, and the place behind which the next one begins; None at the end."""

    requests: list[Request]
    after: Place | None


def requests(owner: int, chosen: Filter, sort: Sort, after: Place | None, limit: int) -> Found:
    """A page of the requests to `owner`. The number of queries is the same for any page of the same filter and sort."""
    if sort is Sort.FRIENDS or chosen.min_friends:
        return _by_friends(owner, chosen, sort, after, limit)
    if chosen == Filter():
        return _unfiltered(owner, sort, after, limit)
    found = part(_all(owner), _chosen(owner, chosen), after and after.id, limit, *_COLUMNS, oldest=sort is Sort.OLDEST)
    return Found(_with_facts(owner, found.rows), Place(found.after) if found.after else None)


def request(owner: int, pk: int) -> Request:
    """:raises NoSuchRequest: when it does not wait, or is addressed to somebody else."""
    rows = list(queries.waiting_for(owner).filter(pk=pk).values_list("pk", *_COLUMNS))
    if not rows:
        raise NoSuchRequest
    return _with_facts(owner, rows)[0]


def count(owner: int, chosen: Filter) -> int:
    """Count how many requests the filter leaves, up to `COUNTED`, among as many."""
    if chosen == Filter():
        return min(queries.pending_count(owner), COUNTED)
    if chosen.min_friends:
        return len(_ranked(owner, chosen, newest=0, oldest_first=False))
    oldest = end_of(_all(owner), COUNTED) or 0
    return _chosen(owner, chosen).filter(pk__gte=oldest).count()


def matching(owner: int, chosen: Filter, newest: int) -> list[int]:
    """The ids of the requests that the filter leaves, up to the id `newest`: the newest first, at most `RANKED`."""
    if chosen.min_friends:
        return sorted((pk for pk, _ in _ranked(owner, chosen, newest=newest, oldest_first=False)), reverse=True)
    oldest = end_of(_all(owner).filter(pk__lte=newest), COUNTED) or 0
    rows = _chosen(owner, chosen).filter(pk__lte=newest, pk__gte=oldest)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:RANKED])


def newest(owner: int) -> int:
    """The id of the newest request; 0 for none."""
    found = _NEWEST.first(owner=owner)
    return int(found[0]) if found else 0


def newer(owner: int, newest: int) -> int:
    """Count the requests that came after this id, up to `NEWER`; not those that came while the owner paused."""
    rows = queries.waiting_for(owner).filter(pk__gt=newest, while_paused=False)
    return rows.order_by("-pk")[:NEWER].count()  # by an index, see `queries.Count`


def mark_seen(owner: int, ids: Collection[int]) -> None:
    """Mark requests as seen by their owner; other ids are ignored."""
    _all(owner).filter(pk__in=ids, seen=False).update(seen=True)


def _all(owner: int) -> QuerySet[Follow]:
    return Follow.objects.waiting().filter(target=owner)


def _chosen(owner: int, chosen: Filter) -> QuerySet[Follow]:
    rows: QuerySet[Follow] = queries.waiting_for(owner)
    if chosen.reasons:
        unknown = Q(reason=None) if ArrivalReason.LOCKED in chosen.reasons else Q()
        rows = rows.filter(Q(reason__in=chosen.reasons) | unknown)
    if chosen.followed is not None:
        mine = Follow.objects.accepted().filter(follower=owner, target=OuterRef("follower"))
        rows = rows.filter(Exists(mine) if chosen.followed else ~Exists(mine))
    if chosen.older_than_days:
        rows = rows.filter(created_at__lt=timezone.now() - timedelta(days=chosen.older_than_days))
    if chosen.seen is not None:
        rows = rows.filter(seen=chosen.seen)
    return rows.filter(named("follower", chosen.text))


def _unfiltered(owner: int, sort: Sort, after: Place | None, limit: int) -> Found:
    """Read the list without filters, the most frequent one, in a statement of its own."""
    window = Window(limit + 1)
    if sort is Sort.OLDEST:
        window = window._replace(after=after.id if after else 0, from_below=True)
    elif after:
        window = window._replace(before=after.id)
    rows = _WAITING.cut(window, owner=owner)
    if window.from_below:
        rows.reverse()
    return Found(_with_facts(owner, rows[:limit]), Place(rows[limit - 1][0]) if len(rows) > limit else None)


def _by_friends(owner: int, chosen: Filter, sort: Sort, after: Place | None, limit: int) -> Found:
    newest, order = after.newest if after else 0, _ORDERS[sort]
    ranked = _ranked(owner, chosen, newest=newest, oldest_first=sort is Sort.OLDEST)
    behind = [row for row in sorted(ranked, key=order) if after is None or order(row) > order(after[:2])]
    shown = behind[:limit]
    newest = newest or max((pk for pk, _ in ranked), default=0)
    rows = {row[0]: row for row in _all(owner).filter(pk__in=[pk for pk, _ in shown]).values_list("pk", *_COLUMNS)}
    found = _with_facts(owner, [rows[pk] for pk, _ in shown if pk in rows], dict(shown))
    return Found(found, Place(*shown[-1], newest) if len(behind) > limit else None)


def _ranked(owner: int, chosen: Filter, *, newest: int, oldest_first: bool) -> list[tuple[int, int]]:
    """Ids and friends in common of the requests that are looked at, in no particular order."""
    order = "pk" if oldest_first else "-pk"
    everything, rows = _all(owner), _chosen(owner, chosen)
    if newest and not oldest_first:  # requests that came since the first page change no later one
        everything, rows = everything.filter(pk__lte=newest), rows.filter(pk__lte=newest)
    if end := end_of(everything, COUNTED, order):
        rows = rows.filter(**{"pk__lte" if oldest_first else "pk__gte": end})
    asking = list(rows.order_by(order).values_list("pk", "follower")[:RANKED])
    counts = friends.in_common(owner, [follower for _, follower in asking])
    ranked = [(pk, counts.get(follower, 0)) for pk, follower in asking]
    return [row for row in ranked if row[1] >= chosen.min_friends]


def _with_facts(owner: int, rows: Sequence[tuple[Any, ...]], ranks: dict[int, int] | None = None) -> list[Request]:
    followers = [row[6] for row in rows]
    in_common = {} if ranks is not None else friends.in_common(owner, followers)
    decided = _decided(owner, followers)
    return [
        Request(
            id=pk,
            account=Key(*key),
            asked_at=asked_at,
            reason=ArrivalReason(reason or ArrivalReason.LOCKED),
            note=note,
            while_paused=while_paused,
            seen=seen,
            friends=in_common.get(key[0], 0) if ranks is None else ranks.get(pk, 0),
            decided=decided.get(key[0]) or dict.fromkeys(DECIDED.values(), 0),
        )
        for pk, asked_at, reason, note, while_paused, seen, *key in rows
    ]


def _decided(owner: int, followers: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the decisions about each that were not taken back."""
    found: dict[int, dict[str, int]] = {}
    for follower, kind, number in _DECIDED.rows(owner=owner, ids=followers) if followers else ():
        counts = found.setdefault(follower, dict.fromkeys(DECIDED.values(), 0))
        counts[DECIDED[Decision.Kind(kind)]] = number
    return found


_DECIDED: Statement[tuple[int, int, int]] = Statement(
    None,
    lambda _: (
        Decision.objects.filter(
            target=given("owner"), follower__among=each("ids"), kind__in=DECIDED, aside=False, undone_by__isnull=True
        )
        .order_by()
        .values_list("follower", "kind")
        .annotate(Count("pk"))
    ),
)
_NEWEST: Statement[tuple[int]] = Statement(
    None, lambda _: queries.waiting_for(given("owner")).order_by("-pk").values_list("pk")[:1]
)
_ORDERS: dict[Sort, Callable[[tuple[int, int]], tuple[int, int]]] = {  # of ids and friends in common
    Sort.NEWEST: lambda row: (0, -row[0]),
    Sort.OLDEST: lambda row: (0, row[0]),
    Sort.FRIENDS: lambda row: (-row[1], -row[0]),
}
_COLUMNS = ("created_at", "reason", "note", "while_paused", "seen", *key_columns("follower"))
_WAITING = Keyset(lambda: queries.waiting_for(given("owner")), *_COLUMNS)
