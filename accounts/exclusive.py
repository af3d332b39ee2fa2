"""Work that only one process does at a time, of all that share a database.

The lock is in the database, or beside it if it is an SQLite file. It ends with its process, however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import psycopg

from accounts import databases
from accounts.models import Account


class Work(IntEnum):
    """The keys of the locks. Accounts have positive ones (`follows.locks`)."""

    IMPORT = -1
    MIGRATIONS = -2
    RESTORE = -3


class Taken(Exception):
    """Another process does this work now."""


@contextmanager
def exclusive(work: Work, *, wait: bool = False) -> Iterator[None]:
    """Within, no other process does this work.

    :raises Taken: when another does it already, unless this is to wait for its end.
    """
    connection = databases.writing(Account)
    if connection.vendor == "postgresql":
        # A connection of its own, for a lock that outlives the transactions of the work.
        with psycopg.connect(autocommit=True, **databases.direct(Account)) as holder:
            if wait:
                holder.execute("SET lock_timeout = 0; SET statement_timeout = 0")
                holder.execute("SELECT pg_advisory_lock(%s)", [work])
            elif holder.execute("SELECT pg_try_advisory_lock(%s)", [work]).fetchone() != (True,):
                raise Taken
            try:
                yield
            finally:
                with suppress(psycopg.Error):  # a lost connection has lost the lock, too
                    # The server notices the end of a connection later, and others would be refused until then.
                    holder.execute("SELECT pg_advisory_unlock(%s)", [work])
        return
    path = Path(f"{connection.settings_dict['NAME']}-{work.name.lower()}")
    with path.open("w") as holding:
        try:
            flock(holding, LOCK_EX if wait else LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise Taken from None
        yield
