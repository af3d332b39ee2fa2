"""Blocking whole servers, one account for itself: writes and reads."""

import re
from typing import NamedTuple

from django.db.models import Q

from accounts.access import Actor
from accounts.people import Fault, Invalid, Problem
from accounts.refused import Refused
from accounts.statements import Statement, given
from follows import graph
from follows.locks import account_lock
from follows.models import DomainBlock, Follow, FollowQuerySet
from follows.paging import Page, Window

LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})*(?::\d{{1,5}})?")


class NotADomain(Refused):
    """This cannot be the name of a server."""


class Ties(NamedTuple):
    """How many people of a server one follows, and is followed by."""

    following: int
    followers: int


def block(account: int, domain: str, by: Actor) -> None:
    """Cut every tie to the people of a server, and let none come again. Repeated it is no error.

    :raises Invalid: for no name.
    :raises NotADomain: for a malformed one.
    """
    domain = _domain(domain)
    with account_lock(account):  # what begins beside it is seen below, what begins after it is refused
        DomainBlock.objects.get_or_create(account_id=account, domain=domain)
    for follower, target in _edges(account, domain).order_by("pk").values_list("follower_id", "target_id"):
        if follower == account:
            graph.unfollow(account, target, by)
        else:
            graph.turn_away(account, follower, by)


def unblock(account: int, domain: str) -> None:
    """Take it back; what it cut does not return. Not blocked there is no error."""
    DomainBlock.objects.filter(account=account, domain=domain.strip().lower()).delete()


def ties(account: int, domain: str) -> Ties:
    """What `block` would cut, requests not counted.

    :raises Invalid, NotADomain: as `block`.
    """
    edges = _edges(account, _domain(domain)).accepted()
    return Ties(edges.filter(follower=account).count(), edges.filter(target=account).count())


def blocks_of(account: int, window: Window) -> Page[str]:
    """The servers that the account blocks, the newest block first."""
    rows = _BLOCKS_OF.rows(window.limit, account=account, before=window.before, after=window.after)
    return Page([row.id for row in rows], [row.domain for row in rows], window.limit)


class _Row(NamedTuple):
    id: int
    domain: str


_BLOCKS_OF = Statement(
    _Row,
    lambda limit: (
        DomainBlock.objects.filter(account=given("account"), pk__lt=given("before"), pk__gt=given("after"))
        .order_by("-pk")
        .values_list("pk", "domain")[:limit]
    ),
)


def is_domain(text: str) -> bool:
    """Whether this can be the name of a server."""
    return len(text) <= 253 and DOMAIN.fullmatch(text) is not None


def _domain(text: str) -> str:
    domain = text.strip().lower().removesuffix(".")
    if not domain:
        raise Invalid([Fault("domain", Problem.BLANK)])
    if not is_domain(domain):
        raise NotADomain
    return domain


def _edges(account: int, domain: str) -> FollowQuerySet:
    return Follow.objects.filter(
        Q(follower=account, target__domain=domain) | Q(target=account, follower__domain=domain)
    )
