"""May this happen, may this be seen: the rules of the graph, for both doors."""

from typing import Any, NamedTuple

from django.db.models import BooleanField, DateTimeField, Exists, ExpressionWrapper, OuterRef, Q

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Audience
from accounts.refused import Refused
from accounts.statements import Statement, given
from follows.models import Block, DomainBlock, Follow, Mute, Tally

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


def needs_approval(follower: int, target: int) -> bool:
    """Whether a follow of `target` starts as a request. To be called under the pair lock.

    Accounts of other servers decide there, so following them is always a request.

    :raises SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target, or it is suspended.
    :raises Blocked: when either blocks the other, or the follower the target's server.
    """
    if follower == target:
        raise SelfFollow
    terms = _TERMS.first(target=target, viewer=follower)
    if terms is None:
        raise NoSuchAccount
    if terms.parted:
        raise Blocked
    return terms.locked or bool(terms.domain)


def check_ceiling(follower: int) -> None:
    """Whoever has many followers may follow a tenth more than these; all others, `MAX_FOLLOWS` (§5.8).

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
    """Whom an account follows, and who follows it, is for everybody unless it was hidden. One query.

    :raises NoSuchAccount: when there is none; None names nobody.
    :raises Hidden: when the account is suspended, hides its collections, shows them to its followers
        only, or one of the two blocks the other.
    """
    facts = _FACTS.first(account=account, viewer=viewer or 0) if account else None
    if facts is None:
        raise NoSuchAccount
    if facts.suspended:
        raise Hidden
    if viewer == account:
        return
    if facts.hide_collections or facts.parted:
        raise Hidden
    if facts.profile_privacy == Audience.FOLLOWERS and not facts.follows:
        raise Hidden


class _Terms(NamedTuple):
    """What a follow depends on."""

    locked: bool
    domain: str
    parted: bool


class _Tally(NamedTuple):
    followers: int
    following: int


class _Facts(NamedTuple):
    """What the visibility of an account's lists depends on."""

    suspended: bool
    hide_collections: bool | None
    profile_privacy: str
    parted: bool
    follows: bool


def parted_from(viewer: Any, account: str) -> Q:
    """In a query: whether a block stands between the viewer and the account in that column, either way."""
    blocks = Exists(Block.objects.filter(blocker=viewer, target=OuterRef(account)))
    return blocks | Exists(Block.objects.filter(blocker=OuterRef(account), target=viewer))


def silenced_by(viewer: Any, account: str) -> Q:
    """In a query: whether the viewer mutes the account in that column; `given("now")` is the time."""
    return Q(Exists(Mute.objects.filter(muter=viewer, target=OuterRef(account)).filter(unexpired())))


def unexpired(mute: str = "") -> Q:
    """Of mutes: those that last at `given("now")`."""
    return Q(**{f"{mute}expires_at__isnull": True}) | Q(**{f"{mute}expires_at__gt": given("now", DateTimeField())})


def domain_blocked_by(viewer: Any, domain: str) -> Exists:
    """In a query: whether the viewer blocks the server in that column."""
    return Exists(DomainBlock.objects.filter(account=viewer, domain=OuterRef(domain)))


def _flag(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, BooleanField())


_FACTS = Statement(
    _Facts,
    lambda _: (
        Account.objects.filter(pk=given("account"))
        .annotate(
            suspended=ExpressionWrapper(Q(suspended_at__isnull=False), BooleanField()),
            parted=ExpressionWrapper(parted_from(given("viewer"), "pk"), BooleanField()),
            follows=Exists(Follow.objects.accepted().filter(follower=given("viewer"), target=OuterRef("pk"))),
        )
        .values_list("suspended", "hide_collections", "profile_privacy", "parted", "follows")
    ),
)

_TALLY = Statement(
    _Tally,
    lambda _: Tally.objects.filter(pk=given("account")).values_list("followers", "following"),
)

_TERMS = Statement(
    _Terms,
    lambda _: (
        Account.objects.filter(pk=given("target"), suspended_at__isnull=True)
        .annotate(parted=_flag(parted_from(given("viewer"), "pk") | Q(domain_blocked_by(given("viewer"), "domain"))))
        .values_list("locked", "domain", "parted")
    ),
)
