"""Requests that have waited too long end by themselves, if their owner wants it."""

from datetime import timedelta

from django.utils import timezone

from accounts.access import Actor
from follows import graph
from follows.graph import NoSuchRequest
from follows.models import Follow, Gate

CHUNK = 500  # requests that are read at once
SERVER = Actor(None, "server")


def expire(at_most: int | None = None) -> int:
    """End the requests that are older than their owner's gate says; returns how many.

    Those of accounts that the owner follows are spared. Each ends in a short transaction of its own.
    """
    ended = 0
    gates = Gate.objects.filter(expire_days__isnull=False).order_by("pk").values_list("account_id", "expire_days")
    for owner, days in gates.iterator(CHUNK):
        while at_most is None or ended < at_most:
            found = _expire_some(owner, days or 0)
            ended += found
            if not found:
                break
    return ended


def _expire_some(owner: int, days: int) -> int:
    before = timezone.now() - timedelta(days=days)
    followed = Follow.objects.accepted().filter(follower=owner).values("target")
    old = Follow.objects.waiting().filter(target=owner, created_at__lt=before).exclude(follower__in=followed)
    ended = 0
    for request, requester in old.order_by("pk").values_list("pk", "follower_id")[:CHUNK]:
        try:
            graph.expire(owner, requester, SERVER, request=request)
            ended += 1
        except NoSuchRequest:  # answered meanwhile
            continue
    return ended
