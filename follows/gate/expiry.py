"""Requests that have waited too long end by themselves, if their owner wants it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

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
    """A queue is read from its beginning, until a whole chunk of it is young."""
    after = 0
    waiting = Follow.objects.waiting().filter(target=owner).order_by("pk")
    while chunk := list(waiting.filter(pk__gt=after).values_list("pk", "follower_id", "created_at")[:CHUNK]):
        old = [(request, requester) for request, requester, asked_at in chunk if asked_at < before]
        if not old:
            return
        yield from (request for request, requester in old if _expire(owner, requester, request))
        after = chunk[-1][0]


def _expire(owner: int, requester: int, request: int) -> bool:
    try:
        return graph.expire(owner, requester, SERVER, request=request) is not None
    except NoSuchRequest:  # answered meanwhile
        return False
