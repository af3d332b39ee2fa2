"""Django's PostgreSQL backend, which tests a kept connection only if it may be closed.

If the server closes a connection, there is something to read on it. `SELECT 1` before each request would cost as much
as a query of the request.

A request that finds a lock held starts again later, see `accounts.retries`. So it waits for locks only for a moment,
until it has committed something. A connection that a request opens has this short timeout from the start, except
behind a pooler, which would give it to others. A transaction that needs the other timeout sets it for itself.

Statements that are compiled once are prepared once for each connection (`prepared`), except behind a pooler.
"""

import select
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg.errors import FeatureNotSupported, LockNotAvailable

from accounts import retries
from config.postgresql.prepared import Prepared

HURRIED = 20  # milliseconds


class Errors(DatabaseErrorWrapper):
    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, LockNotAvailable):
            retries.found_locked()
        if isinstance(error, FeatureNotSupported):
            self.wrapper.is_outdated = True  # type: ignore[attr-defined]  # the stubs leave it out
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    is_hurried = False  # whether the connection has the short timeout
    is_outdated = False  # a migration changed a column, and statements that were prepared before do not fit any more
    prepared: Prepared | None = None

    def connect(self) -> None:
        super().connect()
        self.is_outdated = False
        self.prepared = None if self.connection.prepare_threshold is None else Prepared(self.connection)

    @cached_property
    def wrap_database_errors(self) -> Errors:
        return Errors(self)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        self.is_hurried = retries.hurries() and not settings.LISTEN_DATABASE_URL
        if self.is_hurried:
            params["options"] = f"{params.get('options', '')} -c lock_timeout={HURRIED}"
        return params

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if self.prepared:
            self.prepared.autocommit = autocommit
        hurries = retries.hurries()
        if not autocommit and hurries is not self.is_hurried:
            milliseconds = HURRIED if hurries else settings.POSTGRESQL_TIMEOUTS["lock_timeout"] * 1000
            with self.wrap_database_errors:
                self.connection.execute(f"SET LOCAL lock_timeout = {milliseconds}")

    def create_cursor(self, name: str | None = None) -> Any:
        if self.prepared:
            self.prepared.send()
        return super().create_cursor(name)

    def _commit(self) -> None:
        if self.prepared and self.prepared.waits:
            with self.wrap_database_errors:
                self.prepared.commit()
        else:
            super()._commit()  # type: ignore[misc]  # the stubs leave it out
        retries.committed()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        self._rolled_back()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs leave it out
        self._rolled_back()

    def _rolled_back(self) -> None:
        if self.prepared:
            self.prepared.rolled_back()

    def is_usable(self) -> bool:
        if self.is_outdated:
            return False
        if self.connection is not None and not self.errors_occurred and not self._has_something_to_read():
            return True
        return bool(super().is_usable())

    def _has_something_to_read(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
