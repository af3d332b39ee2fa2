"""Requests that have waited too long end by themselves, if their owner wants it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q
from django.utils import timezone

from accounts.access import Actor
from follows import graph
from follows.graph import NoSuchRequest
from follows.models import Follow, Gate

CHUNK = 500  # rows that are read at once
SERVER = Actor(None, "server")


def expire(at_most: int | None = None) -> int:
    """Expire the requests that are older than their owner allows; returns how many.

    Requests of accounts that the owner follows stay. Each ends in a short transaction of its own, so this can stop at
    any time, and several processes can do it at the same time.
    """
    return sum(1 for _ in islice(_expired(), at_most))


def _expired() -> Iterator[int]:
    """Each request that was ended just now."""
    after = 0
    expiring = Gate.objects.filter(expire_days__isnull=False).order_by("pk").values_list("account_id", "expire_days")
    while gates := list(expiring.filter(pk__gt=after)[:CHUNK]):
        for owner, days in gates:
            yield from _expired_of(owner, timezone.now() - timedelta(days=days or 0))
        after = gates[-1][0]


def _expired_of(owner: int, before: datetime) -> Iterator[int]:
    """The oldest first. A request that waits again after an undo is as old as it was."""
    old = Follow.objects.waiting().filter(target=owner, created_at__lt=before).order_by("created_at", "pk")
    rest = old
    while chunk := list(rest.values_list("created_at", "pk", "follower_id")[:CHUNK]):
        yield from (request for _, request, requester in chunk if _expire(owner, requester, request))
        at, last, _ = chunk[-1]  # those that are spared stay before it
        rest = old.filter(Q(created_at=at, pk__gt=last) | Q(created_at__gt=at), created_at__gte=at)


def _expire(owner: int, requester: int, request: int) -> bool:
    try:
        return graph.expire(owner, requester, SERVER, request=request) is not None
    except NoSuchRequest:  # answered meanwhile
        return False
