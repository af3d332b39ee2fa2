"""The hub of the streams: it brings each notice to the connections that listen. One hub serves the whole process.

The feed runs only while somebody listens. If it breaks off, all streams end, because nobody knows what they missed:
their clients come back, and read the list of notifications. A token that is revoked, or whose account is suspended,
gets nothing more, and its streams end within `CHECK` seconds.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import orjson
import psycopg
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts import events
from compat_mastodon import bearer
from compat_mastodon.entities import ACCOUNTS
from compat_mastodon.notifications import NAMES, notification
from compat_mastodon.streaming.channels import NOTIFICATIONS, TELLING, TOO_BUSY, Refused
from follows.fragments import sized
from follows.notices import feed, inbox
from follows.notices.delivery import Told
from follows.notices.making import Kind

BACKLOG = 100  # news that may wait for a slow client before it is cut off
CHECK = 5.0  # seconds between two looks whether the tokens still live
OVER, AGAIN_SOON = 1008, 1012  # WebSocket codes: the client may not listen any more, or should come back
AGAIN = 1.0  # seconds until the feed is asked again after it failed
MOST_STREAMS = 50  # of one account at once
START = 10.0  # seconds that the feed has to start
SAY_EVERY = 60.0  # seconds between two lines of the log about what fails again and again
UNANSWERED = (OperationalError, InterfaceError, psycopg.OperationalError)

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class News:
    """One event for one account; its payload is JSON text."""

    def __init__(self, event: str, payload: bytes) -> None:
        self.event, self.payload = event, payload


class Listener:
    """One connection. `channels` are the streams that it asked for, `ended` says that it has to go, `code` why.

    A page of a member has no token. It hears that there is something new, and looks itself.
    """

    def __init__(self, account: int, token: int | None = None, scope: str = "") -> None:
        self.account, self.token = account, token
        self.scopes = scope.split()
        self.channels: set[str] = set()
        self.news: asyncio.Queue[News] = asyncio.Queue(BACKLOG)
        self.ended = asyncio.Event()
        self.code = OVER

    @property
    def telling(self) -> list[str]:
        """The channels of this connection that carry notifications."""
        return sorted(self.channels & TELLING) if NOTIFICATIONS & set(self.scopes) else []

    def tell(self, news: News) -> None:
        try:
            self.news.put_nowait(news)
        except asyncio.QueueFull:
            self.ended.set()

    def end(self, code: int) -> None:
        self.code = code
        self.ended.set()


class Hub:
    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = {}  # by their accounts
        self._running: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.open = True
        self._silent_until = 0.0

    @asynccontextmanager
    async def listening(self, listener: Listener) -> AsyncIterator[None]:
        """Inside, the listener gets all news.

        :raises Refused: when its account has too many streams, or the database does not answer.
        """
        mine = self._listeners.setdefault(listener.account, set())
        if len(mine) >= MOST_STREAMS:
            raise Refused(429, "Too many requests")
        mine.add(listener)
        events.streaming.send(None, change=1)
        if self._running is None:
            self._ready = asyncio.Event()
            self._running = asyncio.create_task(self._run(self._ready))
        try:
            await _within(START, self._ready.wait())
            if not self.open:
                listener.end(AGAIN_SOON)
            yield
        finally:
            mine.discard(listener)
            events.streaming.send(None, change=-1)
            if not mine:
                self._listeners.pop(listener.account, None)
            if not self._listeners and self._running is not None:
                self._running.cancel()
                self._running = None

    def close(self) -> None:
        """The process ends: every stream does."""
        self.open = False
        self._end_all()

    def _end_all(self) -> None:
        for listener in self._everybody():
            listener.end(AGAIN_SOON)

    def _everybody(self) -> list[Listener]:
        return [listener for listeners in self._listeners.values() for listener in listeners]

    async def _run(self, ready: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell(ready))
            tasks.create_task(self._check())

    async def _tell(self, ready: asyncio.Event) -> None:
        while True:
            try:
                async with aclosing(feed.arrivals(ready)) as arrivals:
                    async for told in arrivals:
                        await self._hand_out(told)
            except Exception as error:
                self._complain("The feed of notices broke off", error)
            if ready.is_set():
                ready.clear()  # new streams wait until there is a feed again
                self._end_all()
            await asyncio.sleep(AGAIN)

    async def _hand_out(self, told: Told) -> None:
        listeners = self._listeners.get(told.recipient, ())
        for page in [each for each in listeners if each.token is None]:
            page.tell(News("news", b"new"))
        wanting = [each for each in listeners if each.telling]
        if not wanting:
            return
        payload = await in_database(_payload, told)
        if payload is not None:
            await self._end_dead(wanting)
            for listener in wanting:
                if not listener.ended.is_set():
                    listener.tell(News("notification", payload))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK)
            try:
                await self._end_dead(self._everybody())
            except Exception as error:
                self._complain("Whether tokens still live could not be found out", error)

    def _complain(self, what: str, error: Exception) -> None:
        """Log what failed, once a minute: it is tried again all the time."""
        now = time.monotonic()
        if now < self._silent_until:
            return
        self._silent_until = now + SAY_EVERY
        if isinstance(error, UNANSWERED):
            logger.warning("The streams wait for the database: %s", str(error).partition("\n")[0])
        else:
            logger.error(what, exc_info=error)

    async def _end_dead(self, listeners: list[Listener]) -> None:
        clients = [listener for listener in listeners if listener.token is not None]
        alive = await in_database(bearer.living, {client.token for client in clients})
        for client in clients:
            if client.token not in alive:
                client.ended.set()


async def _within(seconds: float, waiting: Coroutine[Any, Any, Any]) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        raise Refused(503, TOO_BUSY) from None


async def in_database(read: Callable[..., Result], *arguments: object) -> Result:
    """Run a function that reads, in the one thread that has a database connection."""

    def fresh() -> Result:
        close_old_connections()
        return read(*arguments)

    return await sync_to_async(fresh)()


def _payload(told: Told) -> bytes | None:
    """The Notification entity, unless there is none in this dialect or it is not to be seen."""
    notice = inbox.standing(told) if Kind(told.kind) in NAMES else None
    account = ACCOUNTS.of([notice.actor])[0] if notice else None
    return sized(orjson.dumps(notification(notice, account))) if notice and account else None  # it waits in backlogs
