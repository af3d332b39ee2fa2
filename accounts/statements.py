"""Statements compiled once: a queryset whose SQL is made at first use and then only run.

Building and compiling a queryset costs more than running it; the few reads that every request
makes go through here instead. The queryset stays the source of the SQL, so there is none by hand.

    _BY_ID = Statement(Row, lambda size: Account.objects.filter(pk=given("id")).values_list("username"))
    _BY_ID.first(id=7)
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=tuple[Any, ...])


class given(Expression):  # noqa: N801  # reads as a word inside a filter
    """Stands in a filter for a value that is named when the statement runs."""

    def __init__(self, name: str, index: int | None = None) -> None:
        super().__init__()
        self.name, self.index = name, index

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def pick(self, values: dict[str, Any]) -> Any:
        value = values[self.name]
        return value if self.index is None else value[min(self.index, len(value) - 1)]


def each(name: str, size: int) -> list[Any]:
    """For `__in`: the members of a sequence of up to `size` values; a shorter one repeats its last."""
    return [given(name, index) for index in range(size)]


def room_for(values: Sequence[object]) -> int:
    """The size to compile an `each` for: the next power of two, so that few variants exist."""
    return 1 << max(len(values) - 1, 0).bit_length()


class _Compiled(NamedTuple):
    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any]


class Statement(Generic[Row]):
    """One SELECT. `build(size)` gives a `values_list` queryset; `size` is its limit or its `each` size."""

    def __init__(self, row: Callable[..., Row], build: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._row, self._build = row, build
        self._compiled = cache(self._compile)

    def rows(self, size: int = 1, **values: Any) -> list[Row]:
        """Run it. `values` are what the `given`s stand for."""
        connection = connections[DEFAULT_DB_ALIAS]
        sql, parameters, compiler, converters = self._compiled(size)
        with connection.cursor() as cursor:
            cursor.execute(sql, [_bound(p, values, connection) for p in parameters])
            rows = cursor.fetchall()
        if converters:
            rows = compiler.apply_converters(rows, converters)
        return [self._row(*row) for row in rows]

    def first(self, **values: Any) -> Row | None:
        rows = self.rows(1, **values)
        return rows[0] if rows else None

    def _compile(self, size: int) -> _Compiled:
        compiler = self._build(size).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return _Compiled(sql, parameters, compiler, converters)


def _bound(parameter: Any, values: dict[str, Any], connection: Any) -> Any:
    value = parameter.pick(values) if isinstance(parameter, given) else parameter
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
