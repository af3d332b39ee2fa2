"""Django's SQLite backend, with the placeholders of a statement rewritten once and not at each run.

The rewriting scans the whole text, which for a page of the graph costs more than running it. And times get the zone
UTC directly, without a look-up of its transitions.

Writers try to get the lock every millisecond. SQLite waits longer after each attempt, up to a tenth of a second, and
often misses the short times in which the lock is free.
"""

import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.db.models.expressions import Col

from accounts import retries

ASK_EVERY = 0.001  # seconds
AT_ONCE = 0.25  # seconds that a request waits at most until it gives its turn back; a chunk of an opening takes less


# Moments are stored in UTC. Django's own ways to write and read one do in Python what these do in C.
sqlite3.register_adapter(datetime, lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None)))
sqlite3.register_converter("datetime", lambda text: datetime.fromisoformat(f"{text.decode()}+00:00"))


@lru_cache(maxsize=1024)
def _rewritten(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    def execute(self, query: str, params: Any = None) -> Any:
        if isinstance(params, list | tuple):
            return sqlite3.Cursor.execute(self, _rewritten(query), params)
        return super().execute(query, params)

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None:
            return _rewritten(query)
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class Operations(DatabaseOperations):
    def get_db_converters(self, expression: Any) -> list[Any]:
        """None for a column of moments, which the driver has read."""
        if isinstance(expression, Col) and expression.output_field.get_internal_type() == "DateTimeField":
            return []
        converters: list[Any] = super().get_db_converters(expression)
        return converters

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=connection.timezone)
        converted: datetime | None = super().convert_datetimefield_value(value, expression, connection)
        return converted


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"]["timeout"]
        given_up = time.monotonic() + (AT_ONCE if retries.hurries() else patience)
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
                    return
                except OperationalError as error:
                    if not _is_busy(error):
                        raise
                    if time.monotonic() > given_up:
                        retries.found_locked()
                        raise
                time.sleep(ASK_EVERY)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        retries.committed()

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY  # its last byte is the kind
