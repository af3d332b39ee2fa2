"""Statements compiled once: a queryset whose SQL is made at first use and then only run.

Building and compiling a queryset costs more than running it; the few reads that every request
makes go through here instead. The queryset stays the source of the SQL.

    _BY_ID = Statement(Row, lambda limit: Account.objects.filter(pk=given("id")).values_list("username"))
    _BY_ID.first(id=7)

A `Statement` reads from the database that the project's routers name for its model. A `Write` and a
`Statement` that locks rows run on the primary, and so does everything within a transaction of the
primary (`databases`). `.using(alias)` names a database instead.

SQL is written by hand only where a queryset cannot say it: `follows.locks` (locks), `follows.chunks`
(chunks of requests), `follows.journal` (moves of tallies), `follows.finding.search` and
`accounts.trigrams` (search), `accounts.counts` (domains), `follows.requester_facts` (friends in common),
`accounts.bulk` and `follows.seeding` (rows in bulk), `follows.notices.announcing` (NOTIFY),
`accounts.replicas` (positions in the log), `follows.sharding` (Citus), and for the operator in
`config.backups` and `config.doctor`.

The SQL is compiled with private parts of Django. `TESTED_WITH` names the versions that the tests ran
with; with any other, `manage.py check` warns with `latchkey.W001`.
"""

from collections.abc import Callable
from copy import copy
from functools import cache, cached_property, partial
from operator import attrgetter, methodcaller
from typing import Any, Generic, TypeVar, cast

import orjson
from django.db.models import (
    AutoField,
    BooleanField,
    Expression,
    Field,
    ForeignKey,
    IntegerField,
    Lookup,
    Model,
    QuerySet,
)
from django.db.models.sql import DeleteQuery, InsertQuery, Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from accounts import databases
from accounts.compiled import Compiled, Made, Value

TESTED_WITH = ((5, 2),)  # versions of Django

Row = TypeVar("Row", bound=tuple[Any, ...])


class given(Value, Expression):  # noqa: N801  # reads as a word inside a filter
    """Stands in a filter for a value that is named when the statement runs."""

    def __init__(self, name: str, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class each(Made, given):  # noqa: N801
    """For `__among`: the members of a sequence of integers of any length, sent as one value."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "(SELECT value FROM json_each(%s))", [self]

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "(%s::integer[])", [self]

    def make(self, value: Any, connection: Any) -> Any:
        members = orjson.dumps(list(value)).decode()
        return members if connection.vendor == "sqlite" else f"{{{members[1:-1]}}}"


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup[bool]):
    """`pk__among=each("ids")`: whether it is one of them.

    For PostgreSQL these are an array and no subquery, which it may join by comparing each row with each.
    """

    lookup_name = "among"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        column, own = self.process_lhs(compiler, connection)
        members, others = self.process_rhs(compiler, connection)
        operator = "= ANY" if connection.vendor == "postgresql" else "IN"
        return f"{column} {operator} {members}", [*own, *others]


@Field.register_lookup
class _Next(Among):
    """For `of_each`."""

    lookup_name = "next"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        column, own = self.process_lhs(compiler, connection)
        return f"{column} = given.value", own


class _AfterEach(BaseTable):
    """The table of `of_each`, behind that of the ids."""

    ids: each

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        table, _ = self.as_sql(compiler, connection)
        return f"json_each(%s) AS given CROSS JOIN {table}", [self.ids]


def of_each(rows: QuerySet[Any], ids: each) -> QuerySet[Any]:
    """Return the rows with these ids, none of which may be given twice.

    SQLite seeks one after the other. For `pk__among` it would first sort the ids into a table, which costs as much as
    to find the rows.
    """
    found = rows.filter(pk__next=ids)
    name = found.query.get_initial_alias()
    table = _AfterEach(found.model._meta.db_table, name)
    table.ids = ids
    found.query.alias_map[name] = table
    return found


class Statement(Generic[Row]):
    """One SELECT. `build(limit)` gives a `values_list` queryset; it is called once for each limit.

    `row` makes a row of its columns; without it rows are the plain tuples of the driver.
    """

    def __init__(self, row: type[Row] | None, build: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._make = cast("Callable[[tuple[Any, ...]], Row] | None", row and partial(tuple.__new__, row))
        self._compiled = cache(self._compile)

    def rows(self, limit: int = 0, **values: Any) -> list[Row]:
        """Run it. `values` are what the `given`s stand for."""
        alias = self.alias()
        compiled, converters = self._compiled(limit, alias)
        rows = compiled.run(alias, values, _fetchall)
        if converters:
            rows = _converted(rows, converters)
        return list(map(self._make, rows)) if self._make else rows

    def first(self, **values: Any) -> Row | None:
        rows = self.rows(**values)
        return rows[0] if rows else None

    def using(self, alias: str) -> "Statement[Row]":
        """The same statement on the database with this alias, whatever the routers say."""
        other = copy(self)
        other.alias = lambda: alias
        return other

    @cached_property
    def alias(self) -> Callable[[], str]:
        """Names the database that it runs on now."""
        rows = self._build(1)
        return partial(databases.for_write if rows.query.select_for_update else databases.for_read, rows.model)

    def _compile(self, limit: int, alias: str) -> tuple[Compiled, "Converters"]:
        """SQL, and how the database's values become Python's.

        Booleans stay as the driver gives them; expressions may be 0 and 1 on SQLite.
        """
        compiler = self._build(limit).query.get_compiler(alias)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        converters: Converters = [
            (index, partial(_convert, function, expression, compiler.connection))
            for index, (functions, expression) in compiler.get_converters(columns).items()
            if not isinstance(expression.output_field, BooleanField | IntegerField)
            for function in functions
        ]
        return Compiled(compiler.connection, sql, parameters), converters


class Write:
    """One INSERT, UPDATE or DELETE of a single table; nothing cascades and no signal is sent."""

    def __init__(self, build: Callable[[], Query], before: str = "", after: str = "") -> None:
        self._build, self._before, self._after = build, before, after
        self._compiled = cache(self._compile)

    @classmethod
    def insert(cls, build: Callable[[], Model], *, after: str = "") -> "Write":
        """Insert the row that `build` gives, with `given`s for the values that differ each time. `after` ends it."""

        def query() -> Query:
            row = build()
            fields = [field for field in row._meta.concrete_fields if not isinstance(field, AutoField)]
            insert = InsertQuery(type(row))
            insert.insert_values(fields, [row])
            return insert

        return cls(query, after=after)

    @classmethod
    def copy(cls, model: type[Model], build: Callable[[], QuerySet[Any]], **columns: Any) -> "Write":
        """Insert a row for each row of a queryset; `columns` says what goes where. Rows there already stay."""
        fields = {field.name: field for field in model._meta.concrete_fields}
        names = ", ".join(f'"{fields[name].column}"' for name in columns)

        def select() -> Query:
            rows = build().annotate(**{f"to_{name}": value for name, value in columns.items()})
            query: Query = rows.values_list(*(f"to_{name}" for name in columns)).query
            return query

        return cls(select, f'INSERT INTO "{model._meta.db_table}" ({names}) ', " ON CONFLICT DO NOTHING")

    @classmethod
    def update(cls, build: Callable[[], QuerySet[Any]], **columns: Any) -> "Write":
        def update() -> Query:
            query: UpdateQuery = build().query.chain(UpdateQuery)  # type: ignore[assignment]  # as QuerySet.update does
            query.add_update_values(columns)
            return query

        return cls(update)

    @classmethod
    def delete(cls, build: Callable[[], QuerySet[Any]]) -> "Write":
        return cls(lambda: build().query.chain(DeleteQuery))

    def run(self, **values: Any) -> None:
        """Run it. In a transaction of PostgreSQL, it is sent with what runs next, and an error is raised then."""
        alias = self.alias()
        self._compiled(alias).run_later(alias, values)

    def count(self, **values: Any) -> int:
        """Run it; returns how many rows were written."""
        alias = self.alias()
        return int(self._compiled(alias).run(alias, values, attrgetter("rowcount")))

    def value(self, **values: Any) -> int:
        """Run it; returns what its `RETURNING` gives of the one row that was written."""
        alias = self.alias()
        ((value,),) = self._compiled(alias).run(alias, values, _fetchall)
        return int(value)

    @cached_property
    def alias(self) -> Callable[[], str]:
        """Names the database that it runs on."""
        return partial(databases.for_write, cast("type[Model]", self._build().model))

    def _compile(self, alias: str) -> Compiled:
        compiler = self._build().get_compiler(alias)
        compiled = compiler.as_sql()
        sql, parameters = compiled[0] if isinstance(compiled, list) else compiled  # inserts may be several
        return Compiled(compiler.connection, f"{self._before}{sql}{self._after}", parameters)


Converters = list[tuple[int, Callable[[Any], Any]]]


_fetchall = methodcaller("fetchall")


def _convert(function: Callable[..., Any], expression: Any, connection: Any, value: Any) -> Any:
    return function(value, expression, connection)


def _converted(rows: list[tuple[Any, ...]], converters: Converters) -> list[tuple[Any, ...]]:
    """The rows with Python's values; by column, for most columns that need it are empty."""
    for index, convert in converters:
        column = [row[index] for row in rows]
        if column.count(None) < len(rows):
            told = [None if value is None else convert(value) for value in column]
            rows = [(*row[:index], value, *row[index + 1 :]) for row, value in zip(rows, told, strict=True)]
    return rows
