"""Django's cache with atomic counters that all processes share.

`count` adds one to several counters in one step, and `raise_to` keeps the largest number that it gets. On Redis
(`config.redis`) that is one round trip. Without one, the cache is an SQLite file of its own, with a second file for the
counters (`config.counters`), which every request uses.

Either may be away: Redis refuses or hangs, the disk is full. Requests go on then. Each process uses a
cache of its own meanwhile, all leave the shared one alone for `REST` seconds, and one line a minute in
the log says so.
"""

import logging
import mmap
import pickle
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from fcntl import LOCK_EX, flock
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache

from config.counters import Counters, counters

SWEEP_EVERY = 1000  # writes, on average, until what has expired is deleted
TIMEOUT = 1  # seconds until a shared cache that does not answer is away
REST = 10  # seconds until one that was away is asked again
SAY_EVERY = 60  # seconds between two lines in the log about it
SKEW = 60  # seconds that an entry may be ahead of the clock; one from later was written while the clock was wrong
OPERATIONS = (
    *(
        "count",
        "counted",
        "take_back",
        "begin_anew",
        "raise_to",
        "get",
        "set",
        "add",
        "incr",
        "touch",
        "delete",
        "has_key",
        "clear",
    ),
    *("get_many", "set_many", "delete_many"),
)

logger = logging.getLogger(__name__)
Cache = TypeVar("Cache", bound=type[BaseCache])

# When the shared cache is to be asked again, and when the log said last that it is away: on the machine's clock
# that never jumps, in memory that all processes of the server share.
_moments = memoryview(mmap.mmap(-1, 16)).cast("d")
_ASK_AT, _SAID_AT = 0, 1


class Counting(BaseCache):
    """The operations of the limits besides `count`, for a cache that keeps counters like other entries."""

    def counted(self, key: str) -> int:
        """Return where a counter stands."""
        return int(self.get(key, 0))

    def take_back(self, key: str) -> None:
        """Take one off a counter, unless it has ended."""
        with suppress(ValueError):
            self.decr(key)

    def begin_anew(self, keys: list[str]) -> None:
        """Forget these counters."""
        self.delete_many(keys)


class OwnCache(Counting, LocMemCache):
    """The cache of a process while the shared cache is away; bounded in size."""

    def count(self, counters: Mapping[str, int]) -> list[int]:
        return [self._one_more(key, seconds) for key, seconds in counters.items()]

    def raise_to(self, key: str, value: int, seconds: int | None) -> None:
        """Store nothing, because other processes could not read it."""

    def _one_more(self, key: str, seconds: int) -> int:
        self.add(key, 0, seconds)
        try:
            return self.incr(key)
        except ValueError:  # it expired, or made room, just now
            return 1


_own = OwnCache("instead", {"MAX_ENTRIES": 100_000})


def replaceable(*errors: type[Exception]) -> Callable[[Cache], Cache]:
    """A cache in whose place each process uses one of its own while it is away, as these errors say."""

    def decorate(kind: Cache) -> Cache:
        for name in OPERATIONS:
            setattr(kind, name, _or_own(name, getattr(kind, name), errors))
        setattr(kind, "unbroken", staticmethod(unbroken))  # noqa: B010  # the type of Django's has none
        return kind

    return decorate


def _or_own(name: str, operation: Callable[..., Any], errors: tuple[type[Exception], ...]) -> Callable[..., Any]:
    @wraps(operation)
    def ask(self: BaseCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= _moments[_ASK_AT]:
            try:
                return operation(self, *args, **kwargs)
            except errors as error:
                _rest(error)
        return getattr(_own, name)(*args, **kwargs)

    return ask


def unbroken(seconds: float) -> bool:
    """Return True if the shared cache has not been away for so long, so that it has all that this machine wrote."""
    return not _moments[_ASK_AT] or time.monotonic() >= _moments[_ASK_AT] + seconds


def _rest(error: Exception) -> None:
    now = time.monotonic()
    _moments[_ASK_AT] = now + REST
    if not _moments[_SAID_AT] or now - _moments[_SAID_AT] >= SAY_EVERY:
        _moments[_SAID_AT] = now
        reason = str(error).partition("\n")[0]
        logger.warning("The cache is away, so each process counts for itself: %s: %s", type(error).__name__, reason)


@replaceable(sqlite3.Error, OSError)
class SharedFile(BaseCache):
    """The cache of one machine. Its file may be lost at any time, so it is never synced to the disk."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = location
        self._local = threading.local()

    def count(self, counters: Mapping[str, int]) -> list[int]:
        """Add one to each counter, which lives for so many seconds; returns where they stand."""
        return self._counters.add(counters)

    def counted(self, key: str) -> int:
        return self._counters.get(key)

    def take_back(self, key: str) -> None:
        self._counters.take_back(key)

    def begin_anew(self, keys: list[str]) -> None:
        self._counters.forget(keys)

    def raise_to(self, key: str, value: int, seconds: int | None) -> None:
        """Store a number for some seconds, unless there is a larger one, whose time starts again."""
        self._put(_RAISE, key, value, seconds, None)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        for (value,) in self._run(_GET, self.make_and_validate_key(key, version=version), *_clock()):
            return pickle.loads(value) if isinstance(value, bytes) else value  # noqa: S301  # only this server writes it
        return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._put(_SET, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._put(_ADD, key, value, timeout, version, *_clock()))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Increment a number. Django's method would lose concurrent increments and the remaining time.

        :raises ValueError: when there is no such counter.
        """
        for (value,) in self._run(_INCR, delta, self.make_and_validate_key(key, version=version), *_clock()):
            return int(value)
        raise ValueError(f"There is no key {key}")

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        return bool(self._run(_TOUCH, self.get_backend_timeout(timeout), key, *_clock()))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._run(_DELETE, self.make_and_validate_key(key, version=version)))

    def clear(self) -> None:
        self._counters.clear()
        self._run("DELETE FROM item")

    def close(self, **kwargs: Any) -> None:
        """Django calls this after each request; the file stays open."""

    def _put(self, sql: str, key: str, value: Any, timeout: Any, version: int | None, *more: Any) -> list[Any]:
        plain = isinstance(value, int) and not isinstance(value, bool)
        kept = value if plain else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        key = self.make_and_validate_key(key, version=version)
        return self._run(sql, key, kept, self.get_backend_timeout(timeout), time.time(), *more)

    def _run(self, sql: str, *values: Any) -> list[Any]:
        try:
            if random.random() * SWEEP_EVERY < 1:  # noqa: S311
                self._connection.execute("DELETE FROM item WHERE expires <= ? OR made > ?", _clock())
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            self._disconnect()  # perhaps to a file that has no table yet
            raise
        except sqlite3.DatabaseError:  # the machine went down while it was written
            self._disconnect()
            Path(self._path).unlink(missing_ok=True)
            counters(f"{self._path}-counters").clear()
            return self._connection.execute(sql, values).fetchall()

    def _disconnect(self) -> None:
        if connection := self._local.__dict__.pop("connection", None):
            connection.close()

    @property
    def _counters(self) -> Counters:
        if not hasattr(self._local, "connection"):
            self._run("SELECT 1")  # both files are away together, and damaged together
        return counters(f"{self._path}-counters")

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._path, isolation_level=None, timeout=TIMEOUT)
            # One after the other: SQLite refuses a connection at once while another one switches a new file to WAL.
            with Path(f"{self._path}-opening").open("w") as turn:
                flock(turn, LOCK_EX)
                connection.executescript(
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                    "DROP TABLE IF EXISTS entry;"  # of an earlier version
                    "CREATE TABLE IF NOT EXISTS item (key TEXT PRIMARY KEY, value, expires REAL, made REAL)"
                    " WITHOUT ROWID;"
                )
        return connection


def _clock() -> tuple[float, float]:
    """Now, and how much later an entry may have been made."""
    now = time.time()
    return now, now + SKEW


_RAISE = """
    INSERT INTO item (key, value, expires, made) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = max(value, excluded.value), expires = excluded.expires, made = excluded.made"""
_LIVES = "(expires IS NULL OR expires > ?) AND made <= ?"
_GET = f"SELECT value FROM item WHERE key = ? AND {_LIVES}"  # noqa: S608  # all parts stand here
_SET = "REPLACE INTO item (key, value, expires, made) VALUES (?, ?, ?, ?)"
_ADD = """
    INSERT INTO item (key, value, expires, made) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, expires = excluded.expires, made = excluded.made
    WHERE expires <= ? OR made > ? RETURNING 1"""
_INCR = f"UPDATE item SET value = value + ? WHERE key = ? AND {_LIVES} RETURNING value"  # noqa: S608
_TOUCH = f"UPDATE item SET expires = ? WHERE key = ? AND {_LIVES} RETURNING 1"  # noqa: S608
_DELETE = "DELETE FROM item WHERE key = ? RETURNING 1"
