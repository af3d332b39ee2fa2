"""A member's own followers with filters, and the requests that a member made: what bulk removal and taking back need.

As in `queue` every read is bounded; the sort by activity looks at the `RANKED` newest followers that a filter leaves.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from follows.models import Follow
from follows.paging import SCANNED, Part, end_of, part
from follows.queries import Key, key_columns
from follows.queue import named

RANKED = 2_000


class Sort(StrEnum):
    """What comes first; `DORMANT` the account that was active the longest ago."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DORMANT = "dormant"


class Filter(NamedTuple):
    """Which followers; a field that is left alone leaves none out. Of accounts of other servers nobody knows when
    they were active, so they are never dormant."""

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
    everything, rows = Follow.objects.accepted().filter(target=owner), _chosen(owner, chosen)
    if sort is Sort.DORMANT:
        return _longest_inactive(everything, rows, after, limit)
    found = part(everything, rows, after and after.id, limit, *_COLUMNS, oldest=sort is Sort.OLDEST)
    return Found(list(_made(found.rows)), Place(found.after) if found.after else None)


def sent(follower: int, after: int | None, limit: int) -> Part[Sent]:
    """The requests of `follower` that wait, the newest first; those that wait aside look like the others."""
    rows = Follow.objects.pending().filter(follower=follower)
    found = part(rows, rows, after, limit, "created_at", "note", *key_columns("target"))
    return Part([Sent(pk, Key(*key), asked_at, note) for pk, asked_at, note, *key in found.rows], found.after)


def _chosen(owner: int, chosen: Filter) -> QuerySet[Follow]:
    rows = Follow.objects.accepted().filter(target=owner)
    if chosen.dormant_days:
        before = timezone.now() - timedelta(days=chosen.dormant_days)
        rows = rows.filter(follower__last_active_at__lt=before, follower__domain="")
    if chosen.mutual is not None:
        mine = Follow.objects.accepted().filter(follower=owner, target=OuterRef("follower"))
        rows = rows.filter(Exists(mine) if chosen.mutual else ~Exists(mine))
    if chosen.bot is not None:
        rows = rows.filter(follower__bot=chosen.bot)
    if chosen.limited is not None:
        rows = rows.filter(follower__limited_at__isnull=not chosen.limited)
    return rows.filter(named("follower", chosen.text))


def _longest_inactive(everything: QuerySet[Follow], rows: QuerySet[Follow], after: Place | None, limit: int) -> Found:
    looked_at = rows.filter(pk__gte=end_of(everything, SCANNED) or 0).order_by("-pk")
    columns = ("pk", "follower__domain", "follower__last_active_at")
    places = sorted(
        (_NEVER if domain else int(active.timestamp()), pk)
        for pk, domain, active in looked_at.values_list(*columns)[:RANKED]
    )
    behind = [place for place in places if after is None or place > (after.active, after.id)]
    shown = [pk for _, pk in behind[:limit]]
    found = {row[0]: row for row in everything.filter(pk__in=shown).values_list("pk", *_COLUMNS)}
    active, last = behind[limit - 1] if len(behind) > limit else (0, 0)
    return Found(list(_made([found[pk] for pk in shown if pk in found])), Place(last, active) if last else None)


def _made(rows: list[tuple[Any, ...]]) -> Iterator[Follower]:
    for _, since, domain, active, *key in rows:
        yield Follower(Key(*key), since, None if domain else active.date())


_NEVER = 2**40  # behind all others
_COLUMNS = ("accepted_at", "follower__domain", "follower__last_active_at", *key_columns("follower"))
