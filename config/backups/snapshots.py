"""The database of a backup: one consistent moment of all tables, and back into an empty database, whole or not at all.

SQLite copies its file. PostgreSQL writes each table with COPY in one snapshot, so no other program is needed, and a
backup can be read by any later version of PostgreSQL.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Account

FILE = "database.sqlite3"
BLOCK = 1_048_576
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"


class Snapshot(NamedTuple):
    """The facts of a backup about its database: columns and rows of each table, and the values of the sequences."""

    kind: str
    tables: dict[str, list[str]]
    rows: dict[str, int]
    sequences: dict[str, int | None]


def save(folder: Path) -> Snapshot:
    """Write the database to files in a folder that exists."""
    return _save_sqlite(folder) if connection.vendor == "sqlite" else _save_postgresql(folder)


def load(folder: Path, snapshot: Snapshot) -> None:
    """Fill the empty database from these files.

    :raises CommandError: when it is not empty, of another kind, or of another version; nothing is changed then.
    """
    if snapshot.kind != connection.vendor:
        raise CommandError(f"The backup is of {snapshot.kind}, and DATABASE_URL names a {connection.vendor} database.")
    check_empty()
    (_load_sqlite if connection.vendor == "sqlite" else _load_postgresql)(folder, snapshot)


def check_empty() -> None:
    """:raises CommandError: when somebody has an account in the database."""
    table = Account._meta.db_table
    with connection.cursor() as cursor:
        if table in connection.introspection.table_names(cursor) and Account.objects.exists():
            raise CommandError("The database is not empty. Restore into a new one.")


def _save_sqlite(folder: Path) -> Snapshot:
    connection.ensure_connection()
    with closing(sqlite3.connect(folder / FILE)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, and no others beside it
        _check(copy)
        return Snapshot("sqlite", *_counted(copy), {})


def _load_sqlite(folder: Path, snapshot: Snapshot) -> None:
    """Copy it beside the place, look at it, and only then put it there."""
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    new = place.with_name(f"{place.name}.restored")
    with closing(sqlite3.connect(folder / FILE)) as copy, closing(sqlite3.connect(new)) as target:
        copy.backup(target)
        _check(target)
        if _counted(target) != (snapshot.tables, snapshot.rows):
            raise CommandError("The database in the backup does not match its manifest.")
    for rest in ("-wal", "-shm"):
        place.with_name(place.name + rest).unlink(missing_ok=True)
    new.replace(place)


def _check(database: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise CommandError(f"The database is damaged: {found[0]}.")


def _counted(database: sqlite3.Connection) -> tuple[dict[str, list[str]], dict[str, int]]:
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    tables = sorted(name for (name,) in names)
    columns = {name: [str(row[1]) for row in database.execute(f'PRAGMA table_info("{name}")')] for name in tables}
    rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    return columns, rows


def _save_postgresql(folder: Path) -> Snapshot:
    rows: dict[str, int] = {}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = _tables(cursor)
        for table, columns in tables.items():
            with (folder / f"{table}.copy").open("wb") as file, cursor.copy(_copy(table, columns, "TO STDOUT")) as data:
                for block in data:
                    file.write(block)
            rows[table] = cursor.rowcount
        cursor.execute(SEQUENCES)
        return Snapshot("postgresql", tables, rows, dict(cursor.fetchall()))


def _load_postgresql(folder: Path, snapshot: Snapshot) -> None:
    call_command("migrate", verbosity=0)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        here = _tables(cursor)
        wrong = sorted(name for name in here.keys() | snapshot.tables if here.get(name) != snapshot.tables.get(name))
        if wrong:
            raise CommandError(f"The backup is of another version: the table {wrong[0]} differs. Restore it with that.")
        names = ", ".join(connection.ops.quote_name(table) for table in here)
        cursor.execute(f"TRUNCATE {names}")  # what the migrations wrote
        for table, columns in here.items():
            with (
                (folder / f"{table}.copy").open("rb") as file,
                cursor.copy(_copy(table, columns, "FROM STDIN")) as data,
            ):
                while block := file.read(1_048_576):
                    data.write(block)
            if cursor.rowcount != snapshot.rows[table]:
                raise CommandError(f"The table {table} in the backup does not match its manifest.")
        for name, value in snapshot.sequences.items():
            if value is not None:
                cursor.execute("SELECT setval(%s::regclass, %s)", [connection.ops.quote_name(name), value])


def _tables(cursor: Any) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table in sorted(connection.introspection.table_names(cursor)):
        cursor.execute(COLUMNS, [connection.ops.quote_name(table)])
        tables[table] = [name for (name,) in cursor.fetchall()]
    return tables


def _copy(table: str, columns: list[str], where: str) -> str:
    quote = connection.ops.quote_name
    return f"COPY {quote(table)} ({', '.join(map(quote, columns))}) {where}"
