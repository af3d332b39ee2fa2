"""May this happen, may this be seen: the rules of the graph, for both doors."""

from django.db.models import Q

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Audience
from accounts.refused import Refused
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


def check_lists_visible(account: Account, viewer: int | None) -> None:
    """Whom an account follows, and who follows it, is for everybody unless it was hidden.

    :raises Hidden: when the account is suspended, hides its collections, shows them to its followers
        only, or one of the two blocks the other.
    """
    if account.suspended_at is not None:
        raise Hidden
    if viewer == account.pk:
        return
    if account.hide_collections or (viewer and blocked_between(viewer, account.pk)):
        raise Hidden
    if account.profile_privacy == Audience.FOLLOWERS and not follows(viewer, account.pk):
        raise Hidden


def follows(viewer: int | None, account: int) -> bool:
    """Whether `viewer` is an accepted follower."""
    return viewer is not None and Follow.objects.accepted().filter(follower=viewer, target=account).exists()
