"""The relationships between an account and others, in one query."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import orjson
from django.db.models import Exists, FilteredRelation, Func, IntegerField, OuterRef, Q, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.lookup import MAX_ID, NoSuchAccount
from accounts.models import Account
from accounts.statements import Statement, each, given, of_each
from follows.models import Endorsement
from follows.policy import blocks, domain_blocked_by, unexpired


class _Tie:
    """One yes or no of a `Relationship`."""

    def __init__(self, place: int) -> None:
        self.mask = 1 << place

    def __get__(self, relationship: "Relationship", owner: object = None) -> bool:
        return bool(relationship.ties & self.mask)


class _Standing(NamedTuple):
    id: int
    ties: int
    languages_json: str | None
    muting_expires_at: datetime | None
    note: str | None


class Relationship(_Standing):
    """The relationship between a viewer and the account with this id.

    `ties` has one bit for each yes or no: a page of relationships is mostly these, and what a
    database hands over costs by the column.
    """

    __slots__ = ()

    following = _Tie(0)
    requested = _Tie(1)
    show_reblogs = _Tie(2)
    notify = _Tie(3)
    followed_by = _Tie(4)
    requested_by = _Tie(5)
    blocking = _Tie(6)
    blocked_by = _Tie(7)
    muting = _Tie(8)
    muting_notices = _Tie(9)
    domain_blocking = _Tie(10)
    endorsed = _Tie(11)

    @property
    def languages(self) -> list[str] | None:
        """Those of the viewer's follow or request."""
        languages: list[str] | None = orjson.loads(self.languages_json or "null")
        return languages


def many(viewer: int, ids: Iterable[int]) -> list[Relationship]:
    """Return the relationships of the viewer to these accounts. One query, without unknown ids."""
    return list(map(Relationship._make, rows(viewer, ids)))


def rows(viewer: int, ids: Iterable[int], *, with_suspended: bool = True) -> list[tuple[Any, ...]]:
    """As `many`, but plain tuples: to make a page of them `Relationship`s costs a tenth of finding them."""
    wanted = sorted(set(ids))
    wanted = wanted[bisect_right(wanted, 0) : bisect_right(wanted, MAX_ID)]
    statement = _OF_ALL if with_suspended else _OF_ACTIVE
    return statement.rows(viewer=viewer, ids=wanted, now=timezone.now()) if wanted else []


def one(viewer: int, account: int) -> Relationship:
    """As `many`, for one account.

    :raises NoSuchAccount: when there is none.
    """
    values = {"viewer": viewer, "id": account, "now": timezone.now()}
    if 0 < account <= MAX_ID and (found := _OF_ONE.first(**values)):
        return Relationship(*found)
    raise NoSuchAccount


def _ties(accounts: QuerySet[Account]) -> Statement[Any]:
    """Every one of the accounts beside the viewer's edge to it and its edge to the viewer."""
    mine, theirs = Q(follows_in__follower=given("viewer")), Q(follows_out__target=given("viewer"))
    muted = Q(mutes_in__muter=given("viewer")) & unexpired("mutes_in__")
    endorsed = Endorsement.objects.filter(endorser=given("viewer"), target=OuterRef("pk"))
    return Statement(
        None,
        lambda _: accounts.annotate(
            mine=FilteredRelation("follows_in", condition=mine),
            theirs=FilteredRelation("follows_out", condition=theirs),
            mute=FilteredRelation("mutes_in", condition=muted),
            remark=FilteredRelation("notes_in", condition=Q(notes_in__author=given("viewer"))),
            # Impossible values are not queried: only followed accounts are endorsed, and most accounts are local.
            ties=_bits(
                blocking=Q(blocks(given("viewer"), OuterRef("pk"))),
                blocked_by=Q(blocks(OuterRef("pk"), given("viewer"))),
                domain_blocking=Q(domain__gt="") & Q(domain_blocked_by(given("viewer"), "domain")),
            )
            + _If(
                Q(mine__id__isnull=False),
                _bits(
                    following=Q(mine__accepted_at__isnull=False),
                    requested=Q(mine__accepted_at__isnull=True),
                    show_reblogs=Q(mine__show_reblogs=True),
                    notify=Q(mine__notify=True),
                    endorsed=Q(mine__accepted_at__isnull=False) & Q(Exists(endorsed)),
                ),
            )
            + _If(
                Q(theirs__id__isnull=False),
                _bits(
                    followed_by=Q(theirs__accepted_at__isnull=False),
                    requested_by=Q(theirs__accepted_at__isnull=True, theirs__aside=False),
                ),
            )
            + _If(
                Q(mute__id__isnull=False),
                _bits(muting=Q(mute__id__isnull=False), muting_notices=Q(mute__notices_too=True)),
            ),
        ).values_list("id", "ties", Cast("mine__languages", TextField()), "mute__expires_at", "remark__text"),
    )


def _bits(**ties: Q) -> Combinable:
    """The sum of those bits of `Relationship.ties` that are so."""
    bits: list[Combinable] = [
        _If(condition, _Bit(bit=Relationship.__dict__[name].mask)) for name, condition in ties.items()
    ]
    return reduce(add, bits)


class _If(Func):
    """A number where a condition holds, else 0: `_If(condition, number)`."""

    template = "CASE WHEN %(expressions)s ELSE 0 END"
    arg_joiner = " THEN "
    output_field = IntegerField()


class _Bit(Func):
    """The number itself, for one bound to the statement costs at each run."""

    template = "%(bit)d"
    output_field = IntegerField()


_CONFIRMED = Account.objects.filter(unconfirmed=False)
_OF_ALL = _ties(of_each(_CONFIRMED, each("ids")))
_OF_ACTIVE = _ties(of_each(_CONFIRMED.filter(suspended_at__isnull=True), each("ids")))
# PostgreSQL takes an array for ten accounts when it plans once, and so it would plan anew for each single one.
_OF_ONE = _ties(_CONFIRMED.filter(pk=given("id")))
