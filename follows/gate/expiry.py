"""Requests that have waited too long end by themselves, if their owner wants it."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q
from django.utils import timezone

from accounts.access import Actor
from follows import chunks
from follows.models import Follow, Gate

CHUNK = 500  # rows that are read at once
SERVER = Actor(None, "server")


def expire(at_most: int | None = None) -> int:
    """Expire the requests that are older than their owner allows; returns how many.

    Requests of accounts that the owner follows stay. The others end in chunks, each of which is a short write, so this
    can stop at any time, and several processes can do it at the same time.
    """
    done = 0
    for owner, asked in _old():
        done += len(chunks.expire(owner, asked, SERVER, at_most and at_most - done))
        if done == at_most:
            break
        time.sleep(chunks.PAUSE)
    return done


def _old() -> Iterator[tuple[int, chunks.Asked]]:
    """An owner and a chunk of requests that are too old."""
    after = 0
    expiring = Gate.objects.filter(expire_days__isnull=False).order_by("pk").values_list("account_id", "expire_days")
    while gates := list(expiring.filter(pk__gt=after)[:CHUNK]):
        for owner, days in gates:
            for asked in _old_of(owner, timezone.now() - timedelta(days=days or 0)):
                yield owner, asked
        after = gates[-1][0]


def _old_of(owner: int, before: datetime) -> Iterator[chunks.Asked]:
    """The oldest first. A request that waits again after an undo is as old as it was."""
    old = Follow.objects.waiting().filter(target=owner, created_at__lt=before).order_by("created_at", "pk")
    rest = old
    while found := list(rest.values_list("created_at", "pk", "follower_id")[:CHUNK]):
        requests = iter(found)
        while asked := {requester: request for _, request, requester in islice(requests, chunks.SIZE)}:
            yield asked
        at, last, _ = found[-1]  # those that are spared stay before it
        rest = old.filter(Q(created_at=at, pk__gt=last) | Q(created_at__gt=at), created_at__gte=at)
