"""Every read of the graph. Writes are in `graph`, rules in `policy`.

Lists come as pages of `Key`s: which accounts, and which version of each. A door renders a key's
account once and keeps the result (`fragments`); `people` loads what it has not rendered yet.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone

from accounts.lookup import MAX_ID, NoSuchAccount
from accounts.models import Account
from accounts.statements import Statement, each, given
from follows.models import Block, Endorsement, Follow, FollowQuerySet, Tally
from follows.paging import Page, Window
from follows.policy import domain_blocked_by, parted_from, silenced_by, unexpired


class Key(NamedTuple):
    """What a rendered account depends on. Counts are None while the account has no edge yet."""

    account: int
    version: int
    followers: int | None
    following: int | None


class Person(NamedTuple):
    """All that others can be shown of an account; the fields are `accounts.Account`'s."""

    id: int
    version: int
    followers: int | None
    following: int | None
    username: str
    domain: str
    display_name: str
    first_name: str
    last_name: str
    note: str
    fields: list[dict[str, str]]
    avatar: str
    header: str
    gender: str
    website: str
    country: str
    language: str
    locked: bool
    profile_privacy: str
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    noindex: bool
    bot: bool
    verification: int
    suspended_at: datetime | None
    created_at: datetime
    last_active_at: datetime

    @property
    def key(self) -> Key:
        return Key(self.id, self.version, self.followers, self.following)


class Relationship(NamedTuple):
    """How `viewer` and the account with this id stand to each other.

    `show_reblogs`, `notify` and `languages` are those of the viewer's follow or request, None
    without one. The flags are true or false, or 1 or 0.
    """

    id: int
    following: bool
    requested: bool
    show_reblogs: bool | None
    notify: bool | None
    languages: list[str] | None
    followed_by: bool
    requested_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notices: bool | None
    muting_expires_at: datetime | None
    domain_blocking: bool
    endorsed: bool
    note: str | None


# --- pages ------------------------------------------------------------------------------------------


def requests_to(owner: int, window: Window) -> Page[Key]:
    """Who asks to follow `owner`, newest request first; row ids are the requests'."""
    return page(_REQUESTS_TO, window, owner=owner)


def followers_of(account: int, viewer: int | None, window: Window) -> Page[Key]:
    """Who follows the account, newest first, without those whom the viewer mutes or a block parts from them."""
    return _followers_page(_FOLLOWERS_OF, account, viewer, window)


def following_of(account: int, viewer: int | None, window: Window) -> Page[Key]:
    """Whom the account follows, newest first, without those whom the viewer mutes or a block parts from them."""
    return _followers_page(_FOLLOWING_OF, account, viewer, window)


def _followers_page(
    statements: dict[bool, Statement[Any]], account: int, viewer: int | None, window: Window
) -> Page[Key]:
    filtered = viewer is not None and viewer != account
    return page(statements[filtered], window, owner=account, viewer=viewer, now=timezone.now())


def page(statement: Statement[Any], window: Window, **values: Any) -> Page[Key]:
    """One window of a list that `pages` made."""
    rows = statement.rows(window.limit, before=window.before, after=window.after, **values)
    return Page([row[0] for row in rows], [Key._make(row[1:]) for row in rows], window.limit)


def pages(edges: Callable[[], QuerySet[Any]], end: str, cursor: str = "pk") -> Statement[Any]:
    """One list of the graph: the accounts at one `end` of some edges, cut by keyset of the `cursor`."""
    return Statement(
        None,
        lambda limit: (
            edges()
            .filter(**{f"{cursor}__lt": given("before"), f"{cursor}__gt": given("after")})
            .order_by(f"-{cursor}")
            .values_list(cursor, *key_columns(end))[:limit]
        ),
    )


def key_columns(end: str) -> tuple[str, ...]:
    """The columns of a `Key` for the account at one end of an edge."""
    return f"{end}_id", f"{end}__version", f"{end}__tally__followers", f"{end}__tally__following"


def _unparted(edges: FollowQuerySet, end: str) -> FollowQuerySet:
    """Without those whom the viewer mutes, and those whom a block parts from the viewer either way."""
    return edges.exclude(parted_from(given("viewer"), f"{end}_id") | silenced_by(given("viewer"), f"{end}_id"))


def _followers() -> FollowQuerySet:
    return Follow.objects.accepted().filter(target=given("owner"))


def _following() -> FollowQuerySet:
    return Follow.objects.accepted().filter(follower=given("owner"))


_REQUESTS_TO = pages(
    lambda: Follow.objects.pending().filter(target=given("owner"), follower__suspended_at__isnull=True), "follower"
)
_FOLLOWERS_OF = {
    False: pages(_followers, "follower"),
    True: pages(lambda: _unparted(_followers(), "follower"), "follower"),
}
_FOLLOWING_OF = {
    False: pages(_following, "target"),
    True: pages(lambda: _unparted(_following(), "target"), "target"),
}


# --- people -----------------------------------------------------------------------------------------


def people(ids: Sequence[int]) -> list[Person]:
    """What can be shown of these accounts, in no particular order; unknown ids are left out."""
    return _PEOPLE.rows(ids=ids) if ids else []


def person(account: int | None) -> Person:
    """:raises NoSuchAccount: when there is none; None and what no id can be name nobody."""
    if account is None or not 0 < account <= MAX_ID:
        raise NoSuchAccount
    for found in people([account]):
        return found
    raise NoSuchAccount


_PEOPLE = Statement(
    Person,
    lambda _: Account.objects.filter(pk__in=each("ids")).values_list(
        "id", "version", "tally__followers", "tally__following", *Person._fields[4:]
    ),
)


class Own(NamedTuple):
    """What only the owner is shown besides their `Person`. `waiting` counts up to 40 visible requests."""

    source: dict[str, Any]
    waiting: int


def own(account: int) -> tuple[Person, Own]:
    """An account as its owner sees it, in one query; for an account that is known to exist."""
    row = _OWN.rows(account=account)[0]
    return Person._make(row[:-2]), Own._make(row[-2:])


class _BoundedCount(Subquery):
    """Counts a sliced subquery, so that a million rows cost no more than the slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


_OWN: Statement[tuple[Any, ...]] = Statement(
    None,
    lambda _: (
        Account.objects.filter(pk=given("account"))
        .annotate(
            waiting=_BoundedCount(
                Follow.objects.pending()
                .filter(target=given("account"), follower__suspended_at__isnull=True)
                .values("pk")[:40]
            )
        )
        .values_list("id", "version", "tally__followers", "tally__following", *Person._fields[4:], "source", "waiting")
    ),
)


# --- one viewer and some accounts -------------------------------------------------------------------


def relationships(viewer: int, ids: Iterable[int], *, with_suspended: bool = True) -> list[Relationship]:
    """How the viewer and each of these accounts stand; one query. Unknown ids are left out."""
    wanted = {account for account in ids if 0 < account <= MAX_ID}
    statement = _RELATIONSHIPS if with_suspended else _RELATIONSHIPS_OF_ACTIVE
    return statement.rows(viewer=viewer, ids=wanted, now=timezone.now()) if wanted else []


def relationship(viewer: int, account: int) -> Relationship:
    """As `relationships`, for an account that is known to exist."""
    return relationships(viewer, [account])[0]


def _ties(accounts: QuerySet[Account]) -> Statement[Relationship]:
    """Every account of `ids` beside the viewer's edge to it and its edge to the viewer."""
    mine, theirs = Q(follows_in__follower=given("viewer")), Q(follows_out__target=given("viewer"))
    muted = Q(mutes_in__muter=given("viewer")) & unexpired("mutes_in__")
    return Statement(
        Relationship,
        lambda _: (
            accounts.filter(pk__in=each("ids"))
            .annotate(
                mine=FilteredRelation("follows_in", condition=mine),
                theirs=FilteredRelation("follows_out", condition=theirs),
                mute=FilteredRelation("mutes_in", condition=muted),
                remark=FilteredRelation("notes_in", condition=Q(notes_in__author=given("viewer"))),
                following=_is(mine__accepted_at__isnull=False),
                requested=_is(mine__id__isnull=False, mine__accepted_at__isnull=True),
                followed_by=_is(theirs__accepted_at__isnull=False),
                requested_by=_is(theirs__id__isnull=False, theirs__accepted_at__isnull=True),
                blocking=Exists(Block.objects.filter(blocker=given("viewer"), target=OuterRef("pk"))),
                blocked_by=Exists(Block.objects.filter(blocker=OuterRef("pk"), target=given("viewer"))),
                muting=_is(mute__id__isnull=False),
                # What cannot be is asked first: most accounts are local, and only the followed are endorsed.
                domain_blocking=_flag(Q(domain__gt="") & Q(domain_blocked_by(given("viewer"), "domain"))),
                endorsed=_flag(
                    Q(mine__accepted_at__isnull=False)
                    & Q(Exists(Endorsement.objects.filter(endorser=given("viewer"), target=OuterRef("pk"))))
                ),
            )
            .values_list(
                "id",
                "following",
                "requested",
                "mine__show_reblogs",
                "mine__notify",
                "mine__languages",
                "followed_by",
                "requested_by",
                "blocking",
                "blocked_by",
                "muting",
                "mute__notices_too",
                "mute__expires_at",
                "domain_blocking",
                "endorsed",
                "remark__text",
            )
        ),
    )


def _is(**conditions: object) -> ExpressionWrapper[Q]:
    return _flag(Q(**conditions))


def _flag(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())


_RELATIONSHIPS = _ties(Account.objects.all())
_RELATIONSHIPS_OF_ACTIVE = _ties(Account.objects.filter(suspended_at__isnull=True))


# --- counts -----------------------------------------------------------------------------------------


def pending_count(owner: int) -> int:
    """How many requests to `owner` wait, suspended requesters included."""
    found = _PENDING_COUNT.first(owner=owner)
    return int(found[0]) if found else 0


def waiting(at_most: int) -> int:
    """How many requests wait on the whole server, counted up to `at_most`."""
    return Follow.objects.pending()[:at_most].count()


_PENDING_COUNT: Statement[tuple[Any, ...]] = Statement(
    None, lambda _: Tally.objects.filter(pk=given("owner")).values_list("requests")
)
