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
        pool = self._constants | values
        for key, one in self._made:
            pool[key] = one.make(values[one.name], connection)
        bound = list(map(pool.__getitem__, self._keys))
        connection.close_if_health_check_failed()
        driver = connection.connection
        watched = connection.force_debug_cursor or connection.execute_wrappers
        if watched or driver is None or connection.needs_rollback:
            with connection.cursor() as whole:
                whole.execute(self._sql, bound)
                return take(whole)
        try:
            prepared = getattr(connection, "prepared", None)
            return take((prepared or driver).execute(self._of_the_driver, bound))
        except connection.Database.Error:
            with connection.wrap_database_errors:
                raise


def _key(place: int, parameter: Any) -> int | str:
    if isinstance(parameter, Made):
        return f"{type(parameter).__name__} {parameter.name}"
    return parameter.name if isinstance(parameter, Value) else place
