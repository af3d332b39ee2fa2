"""Reads of an account's notices, one by one or with new followers in groups. `making` writes them.

Those about suspended accounts are hidden.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, F, Func, IntegerField, Max, Min, QuerySet
from django.db.models import Window as Over
from django.db.models.functions import Coalesce, RowNumber

from accounts.statements import Statement, each, given
from follows.models import Notice
from follows.notices import delivery
from follows.notices.making import NoSuchNotice
from follows.paging import Keyset, Page, Window
from follows.queries import Key

Kinds = Collection[Notice.Kind]
SAMPLES = 8  # actors that are named of a group
REACH = 1000  # the newest notices that a page of groups looks at; a larger group counts as so many


class Item(NamedTuple):
    """One notice. `bucket` is the hour that names the group of a new follower; for the rest see `Notice`."""

    id: int
    kind: int
    created_at: datetime
    seen: bool
    filtered: bool
    bucket: int | None
    actor: Key
    domain: str
    followers_lost: int | None
    following_lost: int | None


class Group(NamedTuple):
    """Notices of one kind that are shown as one; `actors` are those of the newest, newest first."""

    newest: int
    oldest: int
    size: int
    kind: int
    created_at: datetime
    bucket: int | None
    actors: list[Key]
    domain: str
    followers_lost: int | None
    following_lost: int | None


class Choice(NamedTuple):
    """A choice of notices: of these kinds, of one actor only, of one group, and kept aside (None for both)."""

    kinds: Kinds
    actor: int | None = None
    bucket: int | None = None
    filtered: bool | None = False


_item, _key = partial(tuple.__new__, Item), partial(tuple.__new__, Key)  # quicker than `_make`


def notices(recipient: int, choice: Choice, window: Window) -> Page[Item]:
    """The recipient's notices, newest first."""
    rows = _one_by_one(*_shape(choice)).cut(window, **_values(recipient, choice, window))
    told = [_item((*row[:6], _key(row[6:10]), *row[10:])) for row in rows]
    return Page([notice.id for notice in told], told, window.limit)


def notice(recipient: int, choice: Choice, notice: int | None) -> Item:
    """:raises NoSuchNotice: when none of the chosen ones has this id."""
    for told in notices(recipient, choice, _only(notice)).rows:
        return told
    raise NoSuchNotice


def standing(told: delivery.Told) -> Item | None:
    """Return a notice, unless it was withdrawn or filtered. One query."""
    choice = Choice([Notice.Kind(told.kind)], told.actor)
    return next(iter(notices(told.recipient, choice, Window(1)).rows), None)


def groups(recipient: int, choice: Choice, window: Window, *, grouped: bool = True) -> Page[Group]:
    """As `notices`, with new followers in groups where they are `grouped`. Ids are the newest of each group."""
    statement = _in_groups(*_shape(choice), window.from_below, grouped)
    rows = statement.rows(window.limit, **_values(recipient, choice, window))
    found = list(_collected(rows))[: window.limit]
    if window.from_below:
        found.reverse()
    return Page([group.newest for group in found], found, window.limit)


def group(recipient: int, kinds: Kinds, *, bucket: int | None = None, notice: int | None = None) -> Group:
    """One group of new followers, or one notice as a group.

    :raises NoSuchNotice: when there is none.
    """
    choice = Choice(kinds, bucket=bucket, filtered=None)
    window = Window(1) if bucket else _only(notice)
    for found in groups(recipient, choice, window, grouped=bool(bucket)).rows:
        return found
    raise NoSuchNotice


def unread(recipient: int, choice: Choice, after: int, most: int) -> int:
    """Count how many notices are newer than `after`, as far as `most`."""
    return _newer(recipient, choice, after).order_by("-pk")[:most].count()


def unread_groups(recipient: int, choice: Choice, after: int, most: int, *, grouped: bool = True) -> int:
    """As `unread`, with each group counted once."""
    recent = _newer(recipient, choice, after).order_by("-pk").values("pk")[:REACH]
    found = Notice.objects.filter(pk__in=recent).values_list(_group_of(grouped)).distinct()
    return found[:most].count()


def _only(notice: int | None) -> Window:
    return Window(1, (notice or 0) + 1, (notice or 0) - 1)


def _newer(recipient: int, choice: Choice, after: int) -> QuerySet[Notice]:
    chosen = Notice.objects.filter(recipient=recipient, kind__in=choice.kinds, pk__gt=after)
    if choice.actor is not None:
        chosen = chosen.filter(actor=choice.actor)
    if choice.filtered is not None:
        chosen = chosen.filter(filtered=choice.filtered)
    return chosen.filter(actor__suspended_at__isnull=True)


def _values(recipient: int, choice: Choice, window: Window) -> dict[str, Any]:
    return {
        "recipient": recipient,
        "kinds": choice.kinds,
        "actor": choice.actor,
        "bucket": choice.bucket,
        "before": window.before,
        "after": window.after,
    }


def _collected(rows: Iterable[Any]) -> Iterable[Group]:
    for _, members in groupby(rows, key=lambda row: row[0]):
        first, *others = members
        yield Group._make((*first[:6], [Key._make(row[6:10]) for row in (first, *others)], *first[10:]))


def _shape(choice: Choice) -> tuple[bool | None, bool, bool]:
    return choice.filtered, choice.actor is not None, choice.bucket is not None


def _chosen(filtered: bool | None, of_one: bool, of_group: bool) -> QuerySet[Notice]:
    chosen = Notice.objects.filter(
        recipient=given("recipient"),
        kind__among=each("kinds"),
        actor__suspended_at__isnull=True,
    )
    if of_one:
        chosen = chosen.filter(actor=given("actor"))
    if of_group:
        chosen = chosen.filter(bucket=given("bucket"))
    return chosen if filtered is None else chosen.filter(filtered=filtered)


def _group_of(grouped: bool) -> Any:
    """The key that the notices of a group share. It has no parameter, so that windows over it are one window."""
    alone = Func(F("pk"), template="-%(expressions)s", output_field=IntegerField())
    return Coalesce("bucket", alone) if grouped else alone


def _grouped(chosen: QuerySet[Notice], grouped: bool, from_below: bool, limit: int) -> QuerySet[Any, Any]:
    recent = chosen.order_by("pk" if from_below else "-pk").values("pk")[:REACH]
    group = _group_of(grouped)
    return (
        Notice.objects.filter(pk__in=recent)
        .annotate(
            newest=Over(Max("pk"), partition_by=group),
            oldest=Over(Min("pk"), partition_by=group),
            size=Over(Count("pk"), partition_by=group),
            place=Over(RowNumber(), partition_by=group, order_by="-pk"),
        )
        .filter(place__lte=SAMPLES)
        .order_by("newest" if from_below else "-newest", "-pk")
        .values_list("newest", "oldest", "size", "kind", "created_at", "bucket", *_KEY, *_LOST)[: limit * SAMPLES]
    )


@cache
def _one_by_one(filtered: bool | None, of_one: bool, of_group: bool) -> Keyset:
    return Keyset(lambda: _chosen(filtered, of_one, of_group), *_COLUMNS)


@cache
def _in_groups(filtered: bool | None, of_one: bool, of_group: bool, from_below: bool, grouped: bool) -> Statement[Any]:
    bounds = {"pk__lt": given("before"), "pk__gt": given("after")}
    chosen = partial(_chosen, filtered, of_one, of_group)
    return Statement(None, lambda limit: _grouped(chosen().filter(**bounds), grouped, from_below, limit))


_KEY = ("actor_id", "actor__version", "actor__tally__followers", "actor__tally__following")
_LOST = ("domain", "followers_lost", "following_lost")
_COLUMNS = ("kind", "created_at", "seen", "filtered", "bucket", *_KEY, *_LOST)
