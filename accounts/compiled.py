"""SQL that is compiled once, on the driver's own cursor. `statements` makes it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PLACEHOLDER = re.compile(r"(?<!%)%s")


class Value:
    """Stands among the parameters for a value that is named when the SQL runs, and is sent as it is."""

    name: str


class Made(Value):
    """Stands for what it makes of the value."""

    def make(self, value: Any, connection: Any) -> Any:
        raise NotImplementedError


class Compiled:
    """SQL for one database. Each value is bound once for each run, however often it stands there."""

    def __init__(self, connection: Any, sql: str, parameters: Sequence[Any]) -> None:
        self._sql = self._of_the_driver = sql
        if connection.vendor == "sqlite":
            self._of_the_driver = PLACEHOLDER.sub("?", sql).replace("%%", "%")
        self._keys = [_key(place, parameter) for place, parameter in enumerate(parameters)]
        pool = dict(zip(self._keys, parameters, strict=True))
        self._constants = {key: one for key, one in pool.items() if not isinstance(one, Value)}
        self._made = [(key, one) for key, one in pool.items() if isinstance(one, Made)]

    def run(self, alias: str, values: dict[str, Any], take: Callable[[Any], Any]) -> Any:
        """Return what `take` takes from the driver's own cursor; Django's costs more than many a statement.

        Django's is for a connection that is to be opened, or failed within a transaction, or whose queries are watched.
        """
        connection: Any = connections[alias]
        bound = self._bound(values, connection)
        connection.close_if_health_check_failed()
        if not _is_plain(connection):
            with connection.cursor() as whole:
                whole.execute(self._sql, bound)
                return take(whole)
        prepared = getattr(connection, "prepared", None)
        try:
            return take((prepared or connection.connection).execute(self._of_the_driver, bound))
        except connection.Database.Error:
            with connection.wrap_database_errors:
                raise

    def run_later(self, alias: str, values: dict[str, Any]) -> None:
        """Run it, and return nothing.

        In a transaction of `config.postgresql`, it is sent together with what runs next, or with the commit.
        """
        connection: Any = connections[alias]
        prepared = getattr(connection, "prepared", None)
        if prepared and connection.in_atomic_block and _is_plain(connection):
            with connection.wrap_database_errors:
                prepared.later(self._of_the_driver, self._bound(values, connection))
        else:
            self.run(alias, values, lambda _: None)

    def _bound(self, values: dict[str, Any], connection: Any) -> list[Any]:
        pool = self._constants | values
        for key, one in self._made:
            pool[key] = one.make(values[one.name], connection)
        return list(map(pool.__getitem__, self._keys))


def _is_plain(connection: Any) -> bool:
    watched = connection.force_debug_cursor or connection.execute_wrappers
    return not (watched or connection.connection is None or connection.needs_rollback)


def _key(place: int, parameter: Any) -> int | str:
    if isinstance(parameter, Made):
        return f"{type(parameter).__name__} {parameter.name}"
    return parameter.name if isinstance(parameter, Value) else place
