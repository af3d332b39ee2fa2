"""Unlocking an account: all waiting requests are approved, in chunks.

Each chunk is one short transaction of a few set-based statements, so a million requests neither delay others nor fill
the memory. A long queue continues in the background (`background`); its row in `Opening` stays until the end, and a
later process can continue it (`resume`).
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Value

from accounts import databases
from accounts.access import Actor
from accounts.models import Account
from accounts.statements import Statement, Write, each, given
from follows import background, chunks, edges, journal
from follows.edges import Delta, Log
from follows.locks import lock_pairs
from follows.models import Follow, Opening, Tally

OPENING = "opening"  # the rule that the log names
CHUNK = 1000  # requests accepted in one transaction
AT_ONCE = 2  # chunks that are done before the caller is answered
RESUMED = 1000  # accounts that a process goes on with at once


def begin(owner: int, by: Actor) -> None:
    """Record that all waiting requests will be approved, in the transaction that unlocks the account."""
    Opening.objects.update_or_create(account_id=owner, defaults={"actor_id": by.account, "door": by.door})


def accept_waiting(owner: int) -> None:
    """Accept who waits for an account whose opening has begun, the first within the call and a long rest behind it."""
    for _ in range(AT_ONCE):
        if not accept_oldest(owner):
            return
    transaction.on_commit(lambda: background.carry_on(accept_oldest, owner), databases.for_write(Opening))


def resume() -> None:
    """Continue unfinished work of an earlier process in the background."""
    for owner in Opening.objects.order_by("created_at").values_list("account_id", flat=True)[:RESUMED]:
        background.carry_on(accept_oldest, owner)


def finish(owner: int) -> int:
    """Accept all who wait; returns how many."""
    accepted = 0
    while chunk := accept_oldest(owner):
        accepted += chunk
    return accepted


def accept_oldest(owner: int) -> int:
    """Accept up to `CHUNK` of the longest waiting requests, in a transaction of its own; 0 when it is done.

    It is also done if the account was locked again. Requests of suspended accounts stay pending. Several processes may
    do this at once.
    """
    primary = databases.for_write(Follow)  # an empty queue ends the opening, so no replica may be asked
    waiting = _WAITING.using(primary).rows(CHUNK, owner=owner)
    requesters = [row.follower for row in waiting]
    # On its own: a tally that is made in the transaction is locked out of the order of `journal.hold`.
    _START_COUNTING.run(followers=requesters)
    with databases.atomic(Opening, durable=True):
        opening = Opening.objects.filter(account=owner).select_related("account").first()
        if opening is None:
            return 0
        if opening.account.locked:
            opening.delete()
            return 0
        lock_pairs(owner, requesters)
        asked = _STILL_WAITING.rows(owner=owner, requests=[row.id for row in waiting])
        if not asked:
            if not waiting:
                opening.delete()
            return len(waiting)
        followers = [row.follower for row in asked]
        by = Actor(opening.actor_id, opening.door)
        chunks.join(owner, [row.id for row in asked], followers, by, Log(rule=OPENING))
        journal.hold(followers)
        _COUNT_FOLLOWING.run(followers=followers)
        edges.move({owner: Delta(followers=len(followers), requests=-len(followers))})
        return len(followers)


class _Asked(NamedTuple):
    id: int
    follower: int


_WAITING = Statement(
    _Asked,
    lambda limit: (
        Follow.objects.waiting()
        .filter(target=given("owner"), follower__suspended_at__isnull=True)
        .order_by("pk")
        .values_list("id", "follower_id")[:limit]
    ),
)
_STILL_WAITING = Statement(
    _Asked,  # by id, for by follower the whole queue would be read in its order
    lambda _: (
        Follow.objects.waiting()
        .filter(target=given("owner"), pk__among=each("requests"))
        .order_by("pk")
        .values_list("id", "follower_id")
    ),
)
_START_COUNTING = Write.copy(
    Tally,
    lambda: Account.objects.filter(pk__among=each("followers")).order_by("pk"),
    account=F("pk"),
    followers=Value(0),
    following=Value(0),
    requests=Value(0),
)
_COUNT_FOLLOWING = Write.update(
    lambda: Tally.objects.filter(account__among=each("followers")), following=F("following") + 1
)
