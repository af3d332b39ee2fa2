"""The rules of the graph for both APIs: what may happen, and what may be seen."""

from typing import Any, NamedTuple

from django.db.models import BooleanField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Audience
from accounts.refused import Refused
from accounts.statements import Statement, given
from follows.journal import noted
from follows.models import Block, DomainBlock, Follow, Mute, ServerRule, ServerRuleKind, Tally

MAX_FOLLOWS = 7500
FOLLOWS_PER_FOLLOWER = 1.1


class SelfFollow(Refused):
    """Nobody follows or blocks themselves."""


class Blocked(Refused):
    """One of the two blocks the other, or the other's server."""


class FollowsTooMany(Refused):
    """The account follows as many as it may, which is `ceiling`."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        super().__init__(f"You cannot follow more than {ceiling} people")


class Hidden(Refused):
    """The account's lists are not for this viewer."""


def check_ceiling(follower: int) -> None:
    """Check the number of follows: a tenth more than the followers, but at least `MAX_FOLLOWS` (mastodon.md §5.8).

    Requests do not count before they are accepted, and accepting asks nobody.

    :raises FollowsTooMany: when the account may not begin to follow another one.
    """
    tally = _TALLY.first(account=follower)
    if tally is None or tally.following < MAX_FOLLOWS:
        return
    ceiling = max(round(tally.followers * FOLLOWS_PER_FOLLOWER), MAX_FOLLOWS)
    if tally.following >= ceiling:
        raise FollowsTooMany(ceiling)


def check_lists_visible(account: int | None, viewer: int | None) -> None:
    """Return True if the viewer may see whom an account follows and who follows it. One query.

    :raises NoSuchAccount: when there is none; None names nobody.
    :raises Hidden: when `lists_open_to` says no.
    """
    found = _LISTS.first(account=account, viewer=viewer or 0) if account else None
    if found is None:
        raise NoSuchAccount
    if not found.visible:
        raise Hidden


class _Tally(NamedTuple):
    followers: int
    following: int


class _Lists(NamedTuple):
    visible: bool


def lists_open_to(viewer: Any) -> Q:
    """A condition for accounts: whether the viewer may see their followers and follows; 0 is anybody.

    It is for everybody, unless the account is suspended. Others do not see the lists when the account hides
    its collections, or shows them to its followers only, or when one of the two blocks the other.
    """
    followers = Follow.objects.accepted().filter(follower=viewer, target=OuterRef("pk"))
    for_others = ~Q(hide_collections=True) & ~parted_from(viewer, "pk")
    audience = ~Q(profile_privacy=Audience.FOLLOWERS) | Q(Exists(followers))
    return Q(suspended_at__isnull=True) & (Q(pk=viewer) | (for_others & audience))


def parted_from(viewer: Any, account: str) -> Q:
    """A condition: whether a block stands between the viewer and the account in that column, either way."""
    return Q(blocks(viewer, OuterRef(account))) | Q(blocks(OuterRef(account), viewer))


def blocks(viewer: Any, account: Any) -> Exists:
    """A condition: whether the viewer blocks the account."""
    return Exists(Block.objects.filter(blocker=viewer, target=account))


def silenced_by(viewer: Any, account: str) -> Q:
    """A condition: whether the viewer mutes the account in that column; `given("now")` is the time."""
    return Q(Exists(Mute.objects.filter(muter=viewer, target=OuterRef(account)).filter(unexpired())))


def unexpired(mute: str = "") -> Q:
    """A condition for mutes: those that last at `given("now")`."""
    return Q(**{f"{mute}expires_at__isnull": True}) | Q(**{f"{mute}expires_at__gt": given("now", DateTimeField())})


def domain_blocked_by(viewer: Any, domain: str) -> Exists:
    """A condition: whether the viewer blocks the server in that column."""
    return Exists(DomainBlock.objects.filter(account=viewer, domain=OuterRef(domain)))


def parted() -> Q:
    """A condition for accounts that `given("viewer")` may want to follow: whether a block stands between the two.

    Blocks of whole servers count, in either direction.
    """
    shut_out = DomainBlock.objects.filter(
        account=OuterRef("pk"), domain__in=Account.objects.filter(pk=given("viewer")).values("domain")
    )
    return parted_from(given("viewer"), "pk") | Q(domain_blocked_by(given("viewer"), "domain")) | Q(Exists(shut_out))


def limited(account: str = "") -> Q:
    """A condition: whether moderators limit the account behind this prefix, by itself or with its server."""
    servers = ServerRule.objects.filter(rule=ServerRuleKind.LIMITED).values("domain")
    return Q(**{f"{account}limited_at__isnull": False}) | Q(**{f"{account}domain__in": servers})


def hidden_from(viewer: Any, account: str = "") -> Q:
    """A condition: whether the viewer finds the account behind this prefix by no list: limited, and not followed."""
    follows = Follow.objects.accepted().filter(follower=viewer, target=OuterRef(f"{account}pk"))
    return limited(account) & ~Q(Exists(follows))


def flag(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, BooleanField())


_LISTS = Statement(
    _Lists,
    lambda _: (
        Account.objects.filter(pk=given("account"), unconfirmed=False)
        .annotate(visible=flag(lists_open_to(given("viewer"))))
        .values_list("visible")
    ),
)

_TALLY = Statement(
    _Tally,
    lambda _: Tally.objects.filter(pk=given("account")).values_list("followers", F("following") + noted("following")),
)
