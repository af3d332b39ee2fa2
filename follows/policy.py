"""May this happen, may this be seen: the rules of the graph, for both doors."""

from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Audience
from accounts.refused import Refused
from accounts.statements import Statement, given
from follows.models import Block, Follow


class SelfFollow(Refused):
    """Nobody follows or blocks themselves."""


class Blocked(Refused):
    """One of the two blocks the other."""


class Hidden(Refused):
    """The account's lists are not for this viewer."""


def needs_approval(follower: int, target: int) -> bool:
    """Whether a follow of `target` starts as a request. To be called under the pair lock.

    Accounts of other servers decide there, so following them is always a request.

    :raises SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target, or it is suspended.
    :raises Blocked: when either blocks the other.
    """
    if follower == target:
        raise SelfFollow
    found = Account.objects.filter(pk=target, suspended_at=None).values_list("locked", "domain").first()
    if found is None:
        raise NoSuchAccount
    if blocked_between(follower, target):
        raise Blocked
    locked, domain = found
    return locked or bool(domain)


def blocked_between(one: int, other: int) -> bool:
    return Block.objects.filter(Q(blocker=one, target=other) | Q(blocker=other, target=one)).exists()


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
