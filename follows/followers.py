"""A member's own followers and follows with filters, and the requests that a member made: for decisions in bulk.

As in `queue` every read is bounded; the sort by activity looks at the `RANKED` newest followers that a filter leaves.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.lookup import named
from follows.models import Follow
from follows.paging import SCANNED, Part, end_of, part
from follows.queries import Key, key_columns

RANKED = 2_000


class Sort(StrEnum):
    """The order; `DORMANT` begins with the account that was active the longest ago."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DORMANT = "dormant"


class Filter(NamedTuple):
    """A choice of followers, or of accounts that one follows; a field with its default leaves none out.

    It is unknown when accounts of other servers were active, so they are never dormant.
    """

    dormant_days: int = 0
    mutual: bool | None = None
    bot: bool | None = None
    limited: bool | None = None
    text: str = ""


class Follower(NamedTuple):
    """Somebody who follows, since when, and the last day of activity; None if that is not known."""

    account: Key
    since: datetime
    last_active_on: date | None


class Place(NamedTuple):
    """A cursor: the last row of a page, and for `DORMANT` when it was active, in seconds."""

    id: int
    active: int = 0


class Found(NamedTuple):
    """A page, and the place behind which the next one begins; None at the end."""

    followers: list[Follower]
    after: Place | None


class Sent(NamedTuple):
    """A request that the member made."""

    id: int
    account: Key
    asked_at: datetime
    note: str


def followers(owner: int, chosen: Filter, sort: Sort, after: Place | None, limit: int) -> Found:
    """A page of the followers of `owner`."""
    return _page(owner, "follower", chosen, sort, after, limit)


def following(owner: int, chosen: Filter, sort: Sort, after: Place | None, limit: int) -> Found:
    """A page of the accounts that `owner` follows, as `followers`."""
    return _page(owner, "target", chosen, sort, after, limit)


def sent(follower: int, after: int | None, limit: int, text: str = "") -> Part[Sent]:
    """The requests of `follower` that wait, the newest first; hidden ones look like the others.

    `text` is sought in the names and bios of those who are asked.
    """
    everything = Follow.objects.pending().filter(follower=follower)
    rows = everything.filter(named("target", text))
    found = part(everything, rows, after, limit, "created_at", "note", *key_columns("target"))
    return Part([Sent(pk, Key(*key), asked_at, note) for pk, asked_at, note, *key in found.rows], found.after)


def request_to(follower: int, target: int) -> Sent | None:
    """The request of `follower` to one account; None when none waits."""
    rows = Follow.objects.pending().filter(follower=follower, target=target)
    for pk, asked_at, note, *key in rows.values_list("pk", "created_at", "note", *key_columns("target")):
        return Sent(pk, Key(*key), asked_at, note)
    return None


def _page(owner: int, end: str, chosen: Filter, sort: Sort, after: Place | None, limit: int) -> Found:
    """`end` is the one of the edges where the others are."""
    everything = Follow.objects.accepted().filter(**{_OPPOSITE[end]: owner})
    rows, columns = _chosen(everything, owner, end, chosen), _columns(end)
    if sort is Sort.DORMANT:
        return _longest_inactive(everything, rows, end, after, limit)
    found = part(everything, rows, after and after.id, limit, *columns, oldest=sort is Sort.OLDEST)
    return Found(list(_made(found.rows)), Place(found.after) if found.after else None)


def _chosen(rows: QuerySet[Follow], owner: int, end: str, chosen: Filter) -> QuerySet[Follow]:
    if chosen.dormant_days:
        before = timezone.now() - timedelta(days=chosen.dormant_days)
        rows = rows.filter(**{f"{end}__last_active_at__lt": before, f"{end}__domain": ""})
    if chosen.mutual is not None:
        back = Follow.objects.accepted().filter(**{end: owner, _OPPOSITE[end]: OuterRef(end)})
        rows = rows.filter(Exists(back) if chosen.mutual else ~Exists(back))
    if chosen.bot is not None:
        rows = rows.filter(**{f"{end}__bot": chosen.bot})
    if chosen.limited is not None:
        rows = rows.filter(**{f"{end}__limited_at__isnull": not chosen.limited})
    return rows.filter(named(end, chosen.text))


def _longest_inactive(
    everything: QuerySet[Follow], rows: QuerySet[Follow], end: str, after: Place | None, limit: int
) -> Found:
    looked_at = rows.filter(pk__gte=end_of(everything, SCANNED) or 0).order_by("-pk")
    columns = ("pk", f"{end}__domain", f"{end}__last_active_at")
    places = sorted(
        (_NEVER if domain else int(active.timestamp()), pk)
        for pk, domain, active in looked_at.values_list(*columns)[:RANKED]
    )
    behind = [place for place in places if after is None or place > (after.active, after.id)]
    shown = [pk for _, pk in behind[:limit]]
    found = {row[0]: row for row in everything.filter(pk__in=shown).values_list("pk", *_columns(end))}
    active, last = behind[limit - 1] if len(behind) > limit else (0, 0)
    return Found(list(_made([found[pk] for pk in shown if pk in found])), Place(last, active) if last else None)


def _made(rows: list[tuple[Any, ...]]) -> Iterator[Follower]:
    for _, since, domain, active, *key in rows:
        yield Follower(Key(*key), since, None if domain else active.date())


def _columns(end: str) -> tuple[str, ...]:
    return ("accepted_at", f"{end}__domain", f"{end}__last_active_at", *key_columns(end))


_NEVER = 2**40  # behind all others
_OPPOSITE = {"follower": "target", "target": "follower"}
