"""Django's cache with one thing more: counters that all processes share and no race loses.

`count` adds one to several counters in one step. On Redis that is one round trip; without one, the
cache is an SQLite file of its own, which costs about 20 µs and no other service.
"""

import pickle
import random
import sqlite3
import threading
import time
from collections.abc import Mapping
from fcntl import LOCK_EX, flock
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache

SWEEP_EVERY = 1000  # writes, on average, until what has expired is deleted


class SharedRedis(RedisCache):
    def count(self, counters: Mapping[str, int]) -> list[int]:
        """Add one to each counter, which lives for so many seconds; returns where they stand."""
        pipeline = self._cache.get_client(None, write=True).pipeline(transaction=False)
        for key, seconds in counters.items():
            pipeline.incr(self.make_key(key))
            pipeline.expire(self.make_key(key), seconds)
        counts: list[int] = pipeline.execute()[::2]
        return counts


class SharedFile(BaseCache):
    """The cache of one machine. Its file may be lost at any time, so it is never synced to the disk."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = location
        self._local = threading.local()

    def count(self, counters: Mapping[str, int]) -> list[int]:
        """Add one to each counter, which lives for so many seconds; returns where they stand."""
        now = time.time()
        expiries = {self.make_key(key): now + seconds for key, seconds in counters.items()}
        sql = _COUNT.format(rows=", ".join(["(?, 1, ?)"] * len(expiries)))
        counts = dict(self._run(sql, *chain.from_iterable(expiries.items())))
        return [counts[key] for key in expiries]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        for (value,) in self._run(_GET, self.make_and_validate_key(key, version=version), time.time()):
            return pickle.loads(value) if isinstance(value, bytes) else value  # noqa: S301  # nobody else writes it
        return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._put(_SET, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._put(_ADD, key, value, timeout, version, time.time()))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Django's own would lose steps of others, and the time that is left.

        :raises ValueError: when there is no such counter.
        """
        for (value,) in self._run(_INCR, delta, self.make_and_validate_key(key, version=version), time.time()):
            return int(value)
        raise ValueError(f"There is no key {key}")

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        return bool(self._run(_TOUCH, self.get_backend_timeout(timeout), key, time.time()))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._run(_DELETE, self.make_and_validate_key(key, version=version)))

    def clear(self) -> None:
        self._run("DELETE FROM entry")

    def close(self, **kwargs: Any) -> None:
        """Django calls this after each request; the file stays open."""

    def _put(self, sql: str, key: str, value: Any, timeout: Any, version: int | None, *more: Any) -> list[Any]:
        plain = isinstance(value, int) and not isinstance(value, bool)
        kept = value if plain else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        key = self.make_and_validate_key(key, version=version)
        return self._run(sql, key, kept, self.get_backend_timeout(timeout), *more)

    def _run(self, sql: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # the machine went down while it was written
            self._connection.close()
            del self._local.connection
            Path(self._path).unlink(missing_ok=True)
            return self._connection.execute(sql, values).fetchall()
        finally:
            if random.random() * SWEEP_EVERY < 1:  # noqa: S311
                self._connection.execute("DELETE FROM entry WHERE expires <= ?", [time.time()])

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self._path, isolation_level=None, timeout=5)
            # One after the other: whoever finds a new file on its way to WAL is refused without a wait.
            with Path(f"{self._path}-opening").open("w") as turn:
                flock(turn, LOCK_EX)
                connection.executescript(
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value, expires REAL) WITHOUT ROWID;"
                )
        return connection


_COUNT = """
    INSERT INTO entry (key, value, expires) VALUES {rows}
    ON CONFLICT DO UPDATE SET value = value + 1, expires = excluded.expires RETURNING key, value"""
_GET = "SELECT value FROM entry WHERE key = ? AND (expires IS NULL OR expires > ?)"
_SET = "REPLACE INTO entry (key, value, expires) VALUES (?, ?, ?)"
_ADD = """
    INSERT INTO entry (key, value, expires) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, expires = excluded.expires
    WHERE expires <= ? RETURNING 1"""
_INCR = "UPDATE entry SET value = value + ? WHERE key = ? AND (expires IS NULL OR expires > ?) RETURNING value"
_TOUCH = "UPDATE entry SET expires = ? WHERE key = ? AND (expires IS NULL OR expires > ?) RETURNING 1"
_DELETE = "DELETE FROM entry WHERE key = ? RETURNING 1"
