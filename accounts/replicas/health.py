"""The healthy replicas: those that answer, and are less than `MAX_LAG` seconds behind the primary.

A thread of each process asks every replica once a second how far it has replayed the log, and the primary how far it
has written it. So the lag is measured by the clock of this machine alone. A replica that does not answer is left out
until it does. Its connections are cut then, so that requests that hang on them go on at once.
"""

import asyncio
import logging
import os
import socket
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from accounts import databases
from accounts.models import Account
from accounts.replicas.positions import ALIASES, MAX_LAG, parsed

EVERY = 1.0  # seconds between two questions
PATIENCE = 2.0  # seconds that a server has to answer one
FRESH = 6.0  # seconds that an answer holds: the thread may be held up
ASK_AGAIN = 0.03  # seconds between two questions of requests
WRITTEN = "SELECT pg_current_wal_insert_lsn()"
REPLAYED = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END"
# which database answers: its cluster, and its id there. A standby has those of its primary
WHICH = ", system_identifier, pg_database.oid FROM pg_control_system(), pg_database WHERE datname = current_database()"

logger = logging.getLogger(__name__)


class Primary:
    """The state of the primary in this process: times, with the position in its log at each."""

    question = WRITTEN + WHICH
    doubted = False

    def __init__(self) -> None:
        self.which: tuple[int, ...] = ()  # until it has answered
        self._history: deque[tuple[float, int]] = deque()

    @property
    def alias(self) -> str:
        return databases.for_write(Account)

    def answered(self, position: str | None, which: tuple[int, ...]) -> None:
        self.which = which
        self._history.append((time.monotonic(), parsed(position)))

    def lost(self, reason: object) -> None:
        """While it does not answer, nobody writes; replicas are measured by what it said before."""

    def long_ago(self) -> tuple[int | None, bool]:
        """Return the position `MAX_LAG` seconds ago, else the first that is known, and whether it is that old."""
        then = time.monotonic() - MAX_LAG
        while len(self._history) > 1 and self._history[1][0] <= then:
            self._history.popleft()
        if not self._history:
            return None, False
        moment, position = self._history[0]
        return position, moment <= then


class Replica:
    """The state of one replica in this process."""

    question = REPLAYED + WHICH

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.doubted = False  # until it takes a new connection
        self._in_use: bool | None = None  # None while it is not known
        self._deciding = threading.Lock()  # whether it is in use: the watching thread, and those of requests
        self._replayed = 0
        self._answered_at = self._asked_at = 0.0  # on the machine's clock that never jumps
        self._sockets: set[socket.socket] = set()

    def has(self, position: int) -> bool:
        """Return True if a read finds all that the log says up to this position. Ask, if that is not known.

        :raises OperationalError: when the replica does not answer.
        """
        now = time.monotonic()
        if not self._in_use or now - self._answered_at > FRESH:
            return False
        if self._replayed < position and now - self._asked_at > ASK_AGAIN:
            with connections[self.alias].cursor() as cursor:
                cursor.execute(REPLAYED)
                self._replayed = parsed(cursor.fetchone()[0])
            self._asked_at = time.monotonic()
        return self._replayed >= position

    def failed(self, error: Exception) -> None:
        """Leave it out if a read lost its connection. A read that was only cancelled says nothing about it."""
        connection = connections[self.alias]
        if connection.connection is None or not connection.is_usable():
            connection.close()
            with self._deciding:
                self.doubted = True
                self._leave_out(error)

    def answered(self, position: str | None, which: tuple[int, ...]) -> None:
        """Store the position that it has replayed; None if it is no longer a replica."""
        with self._deciding:
            if self.doubted:  # a read has failed since the question
                return
            least, is_old = PRIMARY.long_ago()
            self._replayed, self._answered_at = parsed(position), time.monotonic()
            if position is None:
                self._leave_out("it is no replica")
            elif PRIMARY.which and which != PRIMARY.which:
                self._leave_out("it is of another database")
            elif least is not None and self._replayed >= least:
                if self._in_use is False:
                    logger.warning("The database %s is used again", self.alias)
                self._in_use = True
            elif self._in_use or is_old:  # else this process has only begun to ask
                self._leave_out(f"it is more than {MAX_LAG:.0f} seconds behind")

    def lost(self, reason: object) -> None:
        """Leave it out, and end what requests wait for on it."""
        with self._deciding:
            self._leave_out(reason)
        for twin in self._sockets.copy():
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

    def keep(self, connection: Any) -> None:
        """Remember how to close the connection of a request, by a copy of its descriptor."""
        twin = _twin(connection)
        self._sockets.add(twin)
        weakref.finalize(connection, self._forget, twin).atexit = False

    def _forget(self, twin: socket.socket) -> None:
        self._sockets.discard(twin)
        twin.close()

    def _leave_out(self, reason: object) -> None:
        if self._in_use is not False:
            logger.warning("The database %s is left out: %s", self.alias, str(reason).partition("\n")[0])
        self._in_use, self._replayed = False, 0


PRIMARY, REPLICAS = Primary(), [Replica(alias) for alias in ALIASES]
_starting = threading.Lock()
_thread: threading.Thread | None = None


def watch() -> None:
    """See that this process has a thread that keeps asking; one that was forked has none yet."""
    global _thread  # noqa: PLW0603  # one for each process
    if _thread is None or not _thread.is_alive():
        with _starting:
            if _thread is None or not _thread.is_alive():
                _thread = threading.Thread(target=_run, name="replicas", daemon=True)
                _thread.start()


def _run() -> None:
    try:
        asyncio.run(_ask_all())
    except Exception:
        logger.exception("The replicas are not watched until the next read")


async def _ask_all() -> None:
    await asyncio.gather(_keep_asking(PRIMARY), *map(_keep_asking, REPLICAS))


async def _keep_asking(server: Primary | Replica) -> None:
    import psycopg  # which takes long, and is needed for PostgreSQL alone

    while True:
        connection: psycopg.AsyncConnection | None = None
        try:
            server.doubted = False
            connection = await psycopg.AsyncConnection.connect(autocommit=True, **_address(server.alias))
            while not server.doubted:
                asked = asyncio.ensure_future(connection.execute(server.question))
                if not (await asyncio.wait({asked}, timeout=PATIENCE))[0]:
                    server.lost(f"it did not answer within {PATIENCE:.0f} seconds")
                    with _twin(connection) as twin:  # to cancel the question would wait for the server, too
                        twin.shutdown(socket.SHUT_RDWR)
                position, *which = await (await asked).fetchone() or (None,)
                server.answered(position, tuple(which))
                await asyncio.sleep(EVERY)
        except (psycopg.Error, OSError) as error:
            server.lost(error)
            await asyncio.sleep(EVERY)
        if connection:
            await connection.close()


def _address(alias: str) -> dict[str, Any]:
    own = {"cursor_factory", "context", "prepare_threshold"}  # for Django's cursors
    params = connections[alias].get_connection_params()
    return {name: value for name, value in params.items() if name not in own} | {"connect_timeout": int(PATIENCE)}


def _twin(connection: Any) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.fileno()))


def _created(connection: BaseDatabaseWrapper, **_: Any) -> None:
    for replica in REPLICAS:
        if replica.alias == connection.alias:
            replica.keep(connection.connection)


if REPLICAS:
    connection_created.connect(_created)
