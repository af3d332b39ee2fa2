"""Insert many rows: with COPY on PostgreSQL, with one prepared statement on SQLite.

The `save` of the models does not run. The caller also gives the values that it would set, such as the search text of
an account.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from accounts import databases

PART = 1_000  # rows after which the caller hears of the progress
Row = dict[str, Any]  # by field name; all rows of a call name the same fields


def insert(blank: Model, rows: list[Row]) -> Iterator[int]:
    """Insert rows that have these values by field name, and in all else are like `blank`; gives how many, in parts."""
    connection = databases.writing(type(blank))
    fields = [field for field in blank._meta.concrete_fields if not field.primary_key or field.name in rows[0]]
    given = [field for field in fields if field.name in rows[0]]
    alike = [field for field in fields if field.name not in rows[0]]
    columns = [field.name for field in given]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in given + alike)
    same = [field.get_db_prep_save(field.pre_save(blank, add=True), connection) for field in alike]
    table = table_of(type(blank))
    stored = _adapter(connection.ops)
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        values = [[*(stored(row[name]) for name in columns), *same] for row in part]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for value in values:
                        copy.write_row(value)
            else:
                places = ", ".join(["%s"] * (len(given) + len(alike)))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608
        yield len(part)


def insert_where_free(blank: Model, rows: list[Row]) -> list[Row]:
    """As `insert`, but leaves out the rows that a unique constraint is against; returns these."""
    if not rows:
        return []
    try:
        with transaction.atomic(databases.for_write(type(blank))):
            sum(insert(blank, rows))
    except IntegrityError:
        if len(rows) == 1:
            return rows
        half = len(rows) // 2
        return insert_where_free(blank, rows[:half]) + insert_where_free(blank, rows[half:])
    return []


def reserve_ids(model: type[Model], highest: int) -> None:
    """From now on the database gives ids above this one, and above all that it gave before."""
    connection = databases.writing(model)
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), column])
            (sequence,) = cursor.fetchone()
            cursor.execute(f"SELECT setval(%s, GREATEST(%s, (SELECT last_value FROM {sequence})))", [sequence, highest])  # noqa: S608
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = MAX(seq, %s) WHERE name = %s", [highest, table])
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest])


def table_of(model: type[Model]) -> str:
    """The quoted name of the model's table."""
    return databases.writing(model).ops.quote_name(str(model._meta.db_table))


def _adapter(operations: Any) -> Callable[[Any], Any]:
    """What makes a value one that the database driver takes: times often come twice in a row."""
    adapted = lru_cache(16)(operations.adapt_datetimefield_value)
    return lambda value: adapted(value) if isinstance(value, datetime) else value
