"""SQL that is compiled once, on the driver's own cursor. `statements` makes it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX


class Value:
    """Stands among the parameters for a value that is named when the SQL runs."""

    name: str

    def bind(self, values: dict[str, Any], connection: Any) -> Any:
        raise NotImplementedError


class Compiled:
    """SQL for one database. Each `given` is bound once for each run, however often it stands there."""

    def __init__(self, connection: Any, sql: str, parameters: Sequence[Any]) -> None:
        self._sql = self._of_the_driver = sql
        if connection.vendor == "sqlite":
            self._of_the_driver = FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")
        pool: dict[Any, Any] = {}
        for place, parameter in enumerate(parameters):
            pool[_key(place, parameter)] = parameter
        self._pool = list(pool.values())
        self._places = [list(pool).index(_key(place, parameter)) for place, parameter in enumerate(parameters)]

    def run(self, alias: str, values: dict[str, Any], take: Callable[[Any], Any]) -> Any:
        """Return what `take` takes from the driver's own cursor; Django's costs more than many a statement.

        Django's is for a connection that is to be opened, or failed within a transaction, or whose queries are watched.
        """
        connection: Any = connections[alias]
        pool = [one.bind(values, connection) if isinstance(one, Value) else one for one in self._pool]
        bound = [pool[place] for place in self._places]
        connection.close_if_health_check_failed()
        driver = connection.connection
        watched = connection.force_debug_cursor or connection.execute_wrappers
        if watched or driver is None or connection.needs_rollback:
            with connection.cursor() as whole:
                whole.execute(self._sql, bound)
                return take(whole)
        try:
            return take(driver.execute(self._of_the_driver, bound))
        except connection.Database.Error:
            with connection.wrap_database_errors:
                raise


def _key(place: int, parameter: Any) -> Any:
    return (type(parameter), parameter.name) if isinstance(parameter, Value) else place
