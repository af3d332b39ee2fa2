"""Blocking whole servers, one account for itself: writes and reads."""

from contextlib import suppress
from typing import NamedTuple

from django.db.models import Q

from accounts.access import Actor
from accounts.domains import NotADomain, canonical
from accounts.statements import given
from accounts.validation import Fault, Invalid, Problem
from follows import graph
from follows.locks import account_lock
from follows.models import DomainBlock, Follow, FollowQuerySet
from follows.notices import making
from follows.paging import Keyset, Page, Window


class Ties(NamedTuple):
    """Count how many people of a server one follows, and is followed by."""

    following: int
    followers: int


def block(account: int, domain: str, by: Actor) -> None:
    """Block a server: end all ties to its people, and prevent new ones. A second call is not an error.

    A notice tells the owner the numbers of lost followers and follows.

    :raises Invalid: for no name.
    :raises NotADomain: for a malformed one.
    """
    domain = _domain(domain)
    with account_lock(account):  # what begins beside it is seen below, what begins after it is refused
        _, created = DomainBlock.objects.get_or_create(account_id=account, domain=domain)
        if created and any(cut := _ties(account, domain)):
            making.tell_severed(account, domain, cut.followers, cut.following)
    for follower, target in _edges(account, domain).order_by("pk").values_list("follower_id", "target_id"):
        if follower == account:
            graph.unfollow(account, target, by)
        else:
            graph.turn_away(account, follower, by)


def unblock(account: int, domain: str) -> None:
    """Unblock a server; the ended ties do not return. It is not an error if it is not blocked."""
    with suppress(NotADomain):
        DomainBlock.objects.filter(account=account, domain=canonical(domain)).delete()


def ties(account: int, domain: str) -> Ties:
    """Count the follows that `block` would cut, without requests.

    :raises Invalid, NotADomain: as `block`.
    """
    return _ties(account, _domain(domain))


def _ties(account: int, domain: str) -> Ties:
    edges = _edges(account, domain).accepted()
    return Ties(edges.filter(follower=account).count(), edges.filter(target=account).count())


def blocks_of(account: int, window: Window) -> Page[str]:
    """The servers that the account blocks, the newest block first."""
    rows = _BLOCKS_OF.cut(window, account=account)
    return Page([row for row, _ in rows], [domain for _, domain in rows], window.limit)


_BLOCKS_OF = Keyset(lambda: DomainBlock.objects.filter(account=given("account")), "domain")


def _domain(text: str) -> str:
    if not text.strip():
        raise Invalid([Fault("domain", Problem.BLANK)])
    return canonical(text)


def _edges(account: int, domain: str) -> FollowQuerySet:
    return Follow.objects.filter(
        Q(follower=account, target__domain=domain) | Q(target=account, follower__domain=domain)
    )
