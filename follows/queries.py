"""Reads of the graph: requests, followers, follows, and the people in them. Writes are in `graph`, rules in `policy`.

Lists come as pages of `Key`s: which accounts, and which version of each. An API renders a key's
account once and keeps the result (`fragments`); `people` loads what it has not rendered yet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from accounts.lookup import MAX_ID, NoSuchAccount
from accounts.models import Account
from accounts.moderators import Role, role_of
from accounts.statements import Statement, each, given
from follows.models import Follow, FollowQuerySet, Tally
from follows.paging import Keyset, Page, Window
from follows.policy import check_lists_visible, flag, limited, lists_open_to, parted_from, silenced_by

COUNTED = 100  # requests to one account that are counted one by one


class Key(NamedTuple):
    """The versions that a rendered account depends on. Counts are None while the account has no edge yet."""

    account: int
    version: int
    followers: int | None
    following: int | None


class Person(NamedTuple):
    """The public part of an account, see `person_columns`."""

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
    note_mentions: dict[str, str] | None
    fields_mentions: dict[str, str] | None
    avatar: str
    header: str
    avatar_description: str
    header_description: str
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
    show_media: bool | None
    show_media_replies: bool | None
    show_featured: bool | None
    verification: int
    suspended_at: datetime | None
    created_at: datetime
    last_active_at: datetime
    limited: bool  # by moderators, alone or with its server

    @property
    def key(self) -> Key:
        return Key(self.id, self.version, self.followers, self.following)


# --- pages ------------------------------------------------------------------------------------------


def requests_to(owner: int, window: Window) -> Page[Key]:
    """List the follow requests to `owner`, newest first. Row ids are those of the requests."""
    return page(_REQUESTS_TO, window, owner=owner)


def requests_of(follower: int, window: Window) -> Page[Key]:
    """List the follow requests of `follower`, newest first. Row ids are those of the requests.

    Hidden ones are among them, because their follower sees no difference.
    """
    return page(_REQUESTS_OF, window, owner=follower)


def followers_of(account: int, viewer: int | None, window: Window) -> Page[Key]:
    """List the followers of an account, newest first, without those that the viewer mutes or a block hides.

    :raises NoSuchAccount: when there is none.
    :raises Hidden: when the account's lists are not for the viewer.
    """
    return _visible_page(_FOLLOWERS_OF, account, viewer, window)


def following_of(account: int, viewer: int | None, window: Window) -> Page[Key]:
    """List the accounts that an account follows, like `followers_of`."""
    return _visible_page(_FOLLOWING_OF, account, viewer, window)


def _visible_page(lists: dict[bool, Keyset], account: int, viewer: int | None, window: Window) -> Page[Key]:
    found = page(lists[viewer == account], window, owner=account, viewer=viewer or 0, now=timezone.now())
    if not found.ids:
        check_lists_visible(account, viewer)  # perhaps there is more to say than that the page is empty
    return found


_key = partial(tuple.__new__, Key)


def page(keyset: Keyset, window: Window, **values: Any) -> Page[Key]:
    """One window of a list that `pages` made."""
    rows = keyset.cut(window, **values)
    return Page([row[0] for row in rows], [_key(row[1:]) for row in rows], window.limit)


def pages(edges: Callable[[], QuerySet[Any]], end: str, cursor: str = "pk") -> Keyset:
    """One list of the graph: the accounts at one `end` of some edges, cut by keyset of the `cursor`."""
    return Keyset(edges, *key_columns(end), cursor=cursor)


def key_columns(end: str) -> tuple[str, ...]:
    """The columns of a `Key` for the account at one end of an edge."""
    return f"{end}_id", f"{end}__version", f"{end}__tally__followers", f"{end}__tally__following"


def person_columns(end: str = "") -> tuple[Any, ...]:
    """The columns of a `Person` after its key, for the account behind this prefix."""
    return (*(f"{end}{name}" for name in Person._fields[4:-1]), flag(limited(end)))


def _followers() -> FollowQuerySet:
    return Follow.objects.accepted().filter(target=given("owner"))


def _following() -> FollowQuerySet:
    return Follow.objects.accepted().filter(follower=given("owner"))


def _shown(edges: FollowQuerySet, end: str) -> FollowQuerySet:
    """Of somebody else's edges those that the viewer is shown: without muted, blocked and hidden accounts."""
    owner = Account.objects.filter(lists_open_to(given("viewer")), pk=given("owner"))
    hidden = parted_from(given("viewer"), f"{end}_id") | silenced_by(given("viewer"), f"{end}_id")
    return edges.filter(Exists(owner)).exclude(hidden)


def waiting_for(owner: Any) -> FollowQuerySet:
    """The requests that an owner is shown: not those of suspended accounts."""
    return Follow.objects.waiting().filter(target=owner, follower__suspended_at__isnull=True)


_REQUESTS_TO = pages(lambda: waiting_for(given("owner")), "follower")
_REQUESTS_OF = pages(lambda: Follow.objects.pending().filter(follower=given("owner")), "target")
_FOLLOWERS_OF = {
    True: pages(_followers, "follower"),
    False: pages(lambda: _shown(_followers(), "follower"), "follower"),
}
_FOLLOWING_OF = {
    True: pages(_following, "target"),
    False: pages(lambda: _shown(_following(), "target"), "target"),
}


# --- people -----------------------------------------------------------------------------------------


def people(ids: Sequence[int]) -> list[Person]:
    """Return the public data of these accounts, in no particular order, without unknown and unconfirmed ones."""
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
    lambda _: Account.objects.filter(pk__among=each("ids"), unconfirmed=False).values_list(
        "id", "version", "tally__followers", "tally__following", *person_columns()
    ),
)


def keys(ids: Sequence[int]) -> dict[int, Key]:
    """The keys of these accounts by id; unknown ids are left out."""
    return {key.account: key for key in _KEYS.rows(ids=ids)} if ids else {}


_KEYS = Statement(
    Key,
    lambda _: Account.objects.filter(pk__among=each("ids")).values_list(
        "id", "version", "tally__followers", "tally__following"
    ),
)


class OwnKey(NamedTuple):
    """The versions that an account rendered for its owner depends on; `waiting` counts up to 40 visible requests."""

    account: int
    version: int
    followers: int | None
    following: int | None
    waiting: int


class Own(NamedTuple):
    """The data of an account that only its owner sees, besides its `Person`."""

    person: Person
    source: dict[str, Any]
    role: Role
    waiting: int

    @property
    def key(self) -> OwnKey:
        return OwnKey(*self.person.key, self.waiting)


def own(account: int) -> Own:
    """An account as its owner sees it, in one query.

    :raises NoSuchAccount: when there is none.
    """
    row = _OWN.first(account=account)
    if row is None:
        raise NoSuchAccount
    *person, source, staff, superuser, waiting = row
    return Own(Person._make(person), source, role_of(staff=bool(staff), superuser=bool(superuser)), waiting)


def own_key(account: int) -> OwnKey:
    """The key of `own`, which raises alike."""
    key = _OWN_KEY.first(account=account)
    if key is None:
        raise NoSuchAccount
    return key


class Count(Subquery):
    """Counts the rows of a subquery; of a sliced one no more than the slice.

    Give a slice an order that an index has. Without one, PostgreSQL may join two tables from their beginnings, and read
    millions of rows before the first that counts.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


def _with_waiting() -> QuerySet[Any, Any]:
    waiting = waiting_for(given("account")).order_by("-pk").values("pk")[:40]
    return Account.objects.filter(pk=given("account")).annotate(waiting=Count(waiting))


_OWN: Statement[tuple[Any, ...]] = Statement(
    None,
    lambda _: _with_waiting().values_list(
        *("id", "version", "tally__followers", "tally__following", *person_columns(), "source"),
        *("is_staff", "is_superuser", "waiting"),
    ),
)
_OWN_KEY = Statement(
    OwnKey,
    lambda _: _with_waiting().values_list("id", "version", "tally__followers", "tally__following", "waiting"),
)


# --- counts -----------------------------------------------------------------------------------------


def pending_count(owner: int) -> int:
    """Count how many requests to `owner` the list of `requests_to` has."""
    found = _PENDING_COUNT.first(owner=owner)
    return int(found[0]) if found else 0


def waiting(at_most: int) -> int:
    """Count how many requests wait on the whole server, counted up to `at_most`."""
    return Follow.objects.waiting()[:at_most].count()


def _with_pending() -> QuerySet[Any, Any]:
    """A short queue is counted. Of a long one the tally is known, and the few suspended accounts are taken off it."""
    asks = Follow.objects.waiting().filter(follower=OuterRef("pk"), target=given("owner"))
    suspended = Account.objects.filter(Exists(asks), suspended_at__isnull=False)
    pending = Case(
        When(requests__lte=COUNTED, then=Count(waiting_for(given("owner")).order_by("-pk").values("pk")[:COUNTED])),
        default=F("requests") - Count(suspended.values("pk")),
    )
    return Tally.objects.filter(pk=given("owner")).annotate(pending=pending)


_PENDING_COUNT: Statement[tuple[Any, ...]] = Statement(None, lambda _: _with_pending().values_list("pending"))
