"""Statements compiled once: a queryset whose SQL is made at first use and then only run.

Building and compiling a queryset costs more than running it; the few reads that every request
makes go through here instead. The queryset stays the source of the SQL, so there is none by hand.

    _BY_ID = Statement(Row, lambda limit: Account.objects.filter(pk=given("id")).values_list("username"))
    _BY_ID.first(id=7)
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=tuple[Any, ...])


class given(Expression):  # noqa: N801  # reads as a word inside a filter
    """Stands in a filter for a value that is named when the statement runs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def bind(self, values: dict[str, Any], connection: Any) -> Any:
        value = values[self.name]
        return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class each(given):  # noqa: N801
    """For `__in`: the members of a sequence of integers of any length, sent as one value."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        if connection.vendor == "sqlite":
            return "(SELECT value FROM json_each(%s))", [self]
        return "(SELECT unnest(%s::integer[]))", [self]

    def bind(self, values: dict[str, Any], connection: Any) -> Any:
        members = list(values[self.name])
        return json.dumps(members) if connection.vendor == "sqlite" else members


class _Compiled(NamedTuple):
    sql: str
    parameters: list[Any]
    converters: list[tuple[int, Callable[[Any], Any]]]


class Statement(Generic[Row]):
    """One SELECT. `build(limit)` gives a `values_list` queryset; it is called once for each limit."""

    def __init__(self, row: Callable[..., Row], build: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._row, self._build = row, build
        self._compiled = cache(self._compile)

    def rows(self, limit: int = 0, **values: Any) -> list[Row]:
        """Run it. `values` are what the `given`s stand for."""
        connection = connections[DEFAULT_DB_ALIAS]
        sql, parameters, converters = self._compiled(limit)
        with connection.cursor() as cursor:
            cursor.execute(sql, [p.bind(values, connection) if isinstance(p, given) else p for p in parameters])
            rows = cursor.fetchall()
        if converters:
            rows = [_converted(row, converters) for row in rows]
        return [self._row(*row) for row in rows]

    def first(self, **values: Any) -> Row | None:
        rows = self.rows(**values)
        return rows[0] if rows else None

    def _compile(self, limit: int) -> _Compiled:
        """SQL, its parameters, and how the database's values become Python's.

        Booleans stay as the driver gives them; expressions may be 0 and 1 on SQLite.
        """
        compiler = self._build(limit).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        return _Compiled(
            sql,
            list(parameters),
            [
                (index, partial(_convert, function, expression, compiler.connection))
                for index, (functions, expression) in compiler.get_converters(columns).items()
                if not isinstance(expression.output_field, BooleanField)
                for function in functions
            ],
        )


def _convert(function: Callable[..., Any], expression: Any, connection: Any, value: Any) -> Any:
    return function(value, expression, connection)


def _converted(row: tuple[Any, ...], converters: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for index, convert in converters:
        if values[index] is not None:
            values[index] = convert(values[index])
    return values
