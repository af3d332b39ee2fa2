"""Notices as they come, for those who listen all the time.

PostgreSQL says when one is committed (LISTEN); on SQLite, where ids are given out in the order of
commits, the table's end is looked at a few times a second. Either is done only while it is asked for.
"""

import asyncio
from collections.abc import AsyncGenerator

import psycopg
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from accounts import databases
from accounts.statements import Statement, given
from follows.models import Notice
from follows.notices.announcing import CHANNEL
from follows.notices.delivery import Told

LOOK = 0.25  # seconds between two looks at the table
# A host that is gone without a word is noticed within half a minute; the kernel's own patience is two hours.
KEPT_ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
AT_ONCE = 500  # notices read in one look


def arrivals(ready: asyncio.Event) -> AsyncGenerator[Told, None]:
    """Yield the notices that are made after `ready` is set."""
    return _listen(ready) if databases.writing(Notice).vendor == "postgresql" else _tail(ready)


async def _listen(ready: asyncio.Event) -> AsyncGenerator[Told, None]:
    how = databases.direct(Notice) | KEPT_ALIVE
    async with await psycopg.AsyncConnection.connect(autocommit=True, **how) as listening:
        await listening.execute(f"LISTEN {CHANNEL}")
        ready.set()
        async for notification in listening.notifies():
            yield Told(*map(int, notification.payload.split()))


async def _tail(ready: asyncio.Event) -> AsyncGenerator[Told, None]:
    last = await sync_to_async(_newest)()
    ready.set()
    while True:
        for number, *told in await sync_to_async(_after)(last):
            last = number
            yield Told(*told)
        await asyncio.sleep(LOOK)


def _newest() -> int:
    close_old_connections()
    row = _NEWEST.first()
    return row[0] if row else 0


def _after(last: int) -> list[tuple[int, ...]]:
    close_old_connections()
    return _AFTER.rows(AT_ONCE, last=last)


_NEWEST: Statement[tuple[int, ...]] = Statement(None, lambda _: Notice.objects.order_by("-pk").values_list("pk")[:1])
_AFTER: Statement[tuple[int, ...]] = Statement(
    None,
    lambda limit: (
        Notice.objects.filter(pk__gt=given("last"))
        .order_by("pk")
        .values_list("pk", "recipient_id", "actor_id", "kind")[:limit]
    ),
)
