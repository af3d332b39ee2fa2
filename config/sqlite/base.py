"""Django's SQLite backend, with the placeholders of a statement rewritten once and not at each run.

The rewriting scans the whole text, which for a page of the graph costs more than running it. And
a moment, which is stored in UTC, is told so without asking how that zone's clocks changed.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations


@lru_cache(maxsize=1024)
def _rewritten(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None:
            return _rewritten(query)
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class Operations(DatabaseOperations):
    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> datetime | None:
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=connection.timezone)
        converted: datetime | None = super().convert_datetimefield_value(value, expression, connection)
        return converted


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
