"""Finding people: search, the directory, suggestions, and friends in common. Reads only.

These lists cannot be cut by row id, so they take an offset, which is bounded (`Slice`).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.lookup import MAX_ID
from accounts.models import LISTED, Account
from accounts.statements import Statement, each, given
from follows.finding import search
from follows.models import Dismissal, Follow, Mute
from follows.policy import domain_blocked_by, hidden_from, limited, lists_open_to, parted_from
from follows.queries import Key, Person, key_columns, person_columns

FARTHEST = 1_000  # rows that may be skipped
FRIENDS = 50  # of the newest whom one follows are asked for suggestions, and looked for in lists
EDGES = 5_000  # follows of theirs are looked at for suggestions
NAMED = 3  # friends of one account whose names are told
COMMON = 2_000  # friends in common, over all accounts asked for, that are told at once
ACCOUNT = ("pk", "version", "tally__followers", "tally__following")


class Slice(NamedTuple):
    """`limit` rows after the first `offset`."""

    limit: int
    offset: int = 0

    def of(self, rows: QuerySet[Any, Any]) -> list[Key]:
        start = min(self.offset, FARTHEST)
        return [Key(*row) for row in rows[start : start + self.limit]]


def find(text: str, viewer: int | None, part: Slice, *, only_followed: bool = False) -> list[Key]:
    """Search accounts by a text, best first. `only_followed`: only those that the viewer follows."""
    end = min(part.offset, FARTHEST) + part.limit
    found = search.ranked(text, viewer, end, only_followed=only_followed) if part.limit else []
    return found[end - part.limit :]


def directory(viewer: int | None, part: Slice, *, newest: bool = False, only_local: bool = False) -> list[Key]:
    """Return the accounts that want to be found: the last active first, or the newest."""
    found = Account.objects.filter(LISTED, unconfirmed=False).exclude(hidden_from(viewer or 0))
    if only_local:
        found = found.filter(domain="")
    if viewer is not None:
        found = found.exclude(_unwanted(viewer, "pk")).exclude(domain_blocked_by(viewer, "domain"))
    order = ("-pk",) if newest else ("-last_active_at", "-pk")
    return part.of(found.order_by(*order).values_list(*ACCOUNT))


def suggestions(account: int, part: Slice) -> list[Key]:
    """Suggest accounts that the account does not follow, but the accounts that it follows do; the most common first.

    Suggestions leave out accounts that do not want to be found, and those that the account blocks, mutes or
    dismissed. Accounts that hide their follows do not count.
    """
    friends = Follow.objects.accepted().filter(follower=account).order_by("-pk").values("target")[:FRIENDS]
    looked_at = Follow.objects.accepted().filter(follower__in=friends).exclude(follower__hide_collections=True)
    mine = Follow.objects.filter(follower=account, target=OuterRef("target"))
    dismissed = Dismissal.objects.filter(account=account, target=OuterRef("target"))
    found = (
        Follow.objects.filter(pk__in=looked_at.values("pk")[:EDGES])
        .filter(target__discoverable=True, target__suspended_at__isnull=True)
        .exclude(target=account)
        .exclude(limited("target__"))  # their followers need no suggestion
        .exclude(Exists(mine))
        .exclude(Exists(dismissed))
        .exclude(_unwanted(account, "target"))
        .exclude(domain_blocked_by(account, "target__domain"))
    )
    columns = key_columns("target")
    ranked = found.values(*columns).annotate(common=Count("pk")).order_by("-common", "-target_id")
    return part.of(ranked.values_list(*columns))


def familiar_followers(viewer: int, ids: Iterable[int]) -> dict[int, list[Key]]:
    """Return the followers of each account that the viewer follows, the newest first.

    Unknown and suspended accounts are left out, and accounts that hide their followers or follows. Two queries.
    """
    wanted = sorted({account for account in ids if 0 < account <= MAX_ID})
    known = Account.objects.filter(pk__in=wanted, suspended_at__isnull=True, unconfirmed=False).order_by("pk")
    familiar: dict[int, list[Key]] = {account: [] for account in known.values_list("pk", flat=True)}
    if familiar:
        for row in _FAMILIAR.rows(viewer=viewer, ids=list(familiar)):
            familiar[row.target].append(Key(*row[1:]))
    return familiar


def friends_in_common(viewer: int, ids: Iterable[int]) -> dict[int, list[Person]]:
    """As `familiar_followers`, but cheaper: only of the newest whom the viewer follows, and as people, in one query.

    Accounts with no friend in common, and the viewer, are left out.
    """
    wanted = {account for account in ids if account != viewer}
    friends: dict[int, list[Person]] = defaultdict(list)
    for row in _IN_COMMON.rows(viewer=viewer, ids=wanted) if wanted else ():
        friends[row[0]].append(Person._make(row[1:]))
    return friends


class Friend(NamedTuple):
    """The names of a friend in common."""

    username: str
    domain: str
    display_name: str


def names_of_friends(viewer: int, ids: Iterable[int]) -> dict[int, list[Friend]]:
    """As `friends_in_common`, but only the names of the `NAMED` newest of each."""
    friends: dict[int, list[Friend]] = defaultdict(list)
    wanted = list(ids)
    for target, *names in _NAMES.rows(viewer=viewer, ids=wanted) if wanted else ():
        friends[target].append(Friend(*names))
    return friends


class _Familiar(NamedTuple):
    target: int
    account: int
    version: int
    followers: int | None
    following: int | None


def _mine() -> QuerySet[Follow]:
    return Follow.objects.accepted().filter(follower=given("viewer"))


def _told() -> QuerySet[Follow]:
    """The followers of some accounts, newest first, as far as neither side hides it from the viewer."""
    return (
        Follow.objects.accepted()
        .filter(
            Exists(Account.objects.filter(lists_open_to(given("viewer")), pk=OuterRef("target"))),
            target__among=each("ids"),
            follower__suspended_at__isnull=True,
        )
        .exclude(follower__hide_collections=True)
        .order_by("-pk")
    )


_FAMILIAR = Statement(
    _Familiar,
    lambda _: (
        _told()
        .filter(
            follower__follows_in__follower=given("viewer"),
            follower__follows_in__accepted_at__isnull=False,
        )
        .values_list("target_id", *key_columns("follower"))[:COMMON]
    ),
)
_IN_COMMON: Statement[tuple[Any, ...]] = Statement(
    None,
    lambda _: (
        _told()
        .filter(follower__in=_mine().order_by("-pk").values("target")[:FRIENDS])
        .values_list("target_id", *key_columns("follower"), *person_columns("follower__"))[:COMMON]
    ),
)
_NAMES: Statement[tuple[Any, ...]] = Statement(
    None,
    lambda _: (
        _told()
        .filter(follower__in=_mine().order_by("-pk").values("target")[:FRIENDS])
        .annotate(place=Window(RowNumber(), partition_by="target_id", order_by="-pk"))
        .filter(place__lte=NAMED)
        .order_by("target_id", "place")
        .values_list("target_id", "follower__username", "follower__domain", "follower__display_name")
    ),
)


def _unwanted(viewer: int, account: str) -> Q:
    """Accounts that a block separates from the viewer, or that the viewer mutes."""
    mutes = Mute.objects.filter(muter=viewer, target=OuterRef(account))
    lasting = mutes.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
    return parted_from(viewer, account) | Q(Exists(lasting))
