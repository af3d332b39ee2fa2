"""Insert many rows: with COPY on PostgreSQL, with statements of many rows on SQLite.

SQLite's index of search texts is written once for each statement, so one for each row took six times as long.

The `save` of the models does not run. The caller also gives the values that it would set, such as the search text of
an account.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, product
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Model

from accounts import databases

PART = 1_000  # rows after which the caller hears of the progress
MOST_VALUES = 32_000  # in one statement of SQLite, which takes 32,766
Row = dict[str, Any]  # by field name; all rows of a call name the same fields


def insert(blank: Model, rows: list[Row]) -> Iterator[int]:
    """Insert rows that have these values by field name, and in all else are like `blank`; gives how many, in parts."""
    connection = databases.writing(type(blank))
    fields = [field for field in blank._meta.concrete_fields if not field.primary_key or field.name in rows[0]]
    given = [field for field in fields if field.name in rows[0]]
    alike = [field for field in fields if field.name not in rows[0]]
    columns = [field.name for field in given]
    moments = [place for place, field in enumerate(given) if isinstance(field, DateTimeField)]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in given + alike)
    same = [field.get_db_prep_save(field.pre_save(blank, add=True), connection) for field in alike]
    table = table_of(type(blank))
    stored = lru_cache(16)(connection.ops.adapt_datetimefield_value)  # times often come twice in a row
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        values = [[row[name] for name in columns] for row in part]
        for place, row in product(moments, values):
            row[place] = row[place] and stored(row[place])
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for value in values:
                        copy.write_row([*value, *same])
            else:
                at_once = (MOST_VALUES - len(same)) // len(columns)
                for some in (values[first : first + at_once] for first in range(0, len(values), at_once)):
                    cursor.execute(_sqlite(table, names, len(same), len(columns), len(some)), [*same, *chain(*some)])
        yield len(part)


@lru_cache(16)
def _sqlite(table: str, names: str, same: int, given: int, rows: int) -> str:
    """An INSERT whose parameters are `same` values that are alike in all rows, and then the `given` ones of each."""
    row = f"({', '.join(['%s'] * given)})"
    columns = [f"column{number + 1}" for number in range(given)] + ["%s"] * same
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(columns)} FROM (VALUES {', '.join([row] * rows)})"  # noqa: S608


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
    """Make the database give ids above this one, and above all that it gave before."""
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
