"""Django's PostgreSQL backend, which asks a kept connection whether it lives only where that is in doubt.

A server that ends a connection says so on it, and until then there is nothing to read. `SELECT 1`
before each request would cost as much as one of the request's own queries.

A request that finds a lock held gives its turn back, see `accounts.turns`.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg.errors import LockNotAvailable

from accounts import turns


class Errors(DatabaseErrorWrapper):
    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, LockNotAvailable):
            turns.found_locked()
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    @cached_property
    def wrap_database_errors(self) -> Errors:
        return Errors(self)

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        turns.committed()

    def is_usable(self) -> bool:
        if self.connection is not None and not self.errors_occurred and not self._has_something_to_read():
            return True
        return bool(super().is_usable())

    def _has_something_to_read(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
