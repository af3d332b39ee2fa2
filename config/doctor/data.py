"""Checks of the database, its replicas, and the clocks."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, NotSupportedError, connection, connections
from django.db.models import Model, UniqueConstraint
from django.utils import timezone

from accounts.replicas.health import REPLAYED, WHICH, WRITTEN
from accounts.replicas.positions import MAX_LAG, parsed
from config.doctor.findings import Fault, Options, Skipped
from config.health import missing_migrations, unknown_migrations
from follows.models import Decision

NAMED = 5  # things of a kind that a sentence names
MANY_ROWS = 10_000  # smaller tables are fast without statistics
LEAST_ROW = 28  # bytes; the server estimates numbers of rows, at times far too high for a small table
MOST_SKEW = 10.0  # seconds between two clocks
STALE = f"""
    SELECT relname FROM pg_stat_user_tables
    WHERE schemaname = current_schema() AND n_live_tup > {MANY_ROWS}
      AND pg_relation_size(relid) > {MANY_ROWS * LEAST_ROW}
      AND (n_mod_since_analyze > n_live_tup / 2 OR n_dead_tup > n_live_tup) ORDER BY relname"""  # noqa: S608  # numbers
INVALID = """
    SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1"""
INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}
COLLATION = """
    SELECT datcollversion <> pg_database_collation_actual_version(oid)
    FROM pg_database WHERE datname = current_database()"""


def check_database(_: Options) -> str:
    try:
        connection.ensure_connection()
        if faults := list(_faults()):
            raise Fault(*faults)
        return f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    except NotSupportedError:
        least = ".".join(map(str, connection.features.minimum_database_version or ()))
        raise Fault(f"{connection.display_name} is too old: upgrade it to {least} or newer.") from None
    except DatabaseError as error:
        raise Fault(
            f"The database does not answer ({type(error).__name__}): start it, or correct DATABASE_URL."
        ) from error
    finally:
        connection.close()


def _faults() -> Iterator[str]:
    """One sentence for each fault of a database that answers."""
    missing, unknown = missing_migrations(), unknown_migrations()
    if missing:
        yield f"Migrations are missing ({_named(missing)}): run manage.py migrate."
    if unknown:
        yield f"The database is of a newer version ({_named(unknown)}): install that version again."
    with connection.cursor() as cursor:
        if lost := [] if missing else list(_missing_indexes(cursor)):
            yield f"Indexes are missing, which makes queries slow ({_named(lost)}): restore them from the migrations."
        if connection.vendor == "sqlite":
            if _column(cursor, "PRAGMA encoding") != ["UTF-8"]:
                yield "The SQLite file is not in UTF-8: restore a backup into a new file."
            return
        yield from _faults_of_pooler(cursor)
        if _column(cursor, "SHOW server_encoding") != ["UTF8"]:
            yield "The database is not in UTF-8: create it again with createdb --encoding UTF8, and restore a backup."
        if connection.get_database_version() >= (15,) and _column(cursor, COLLATION) == [True]:
            yield (
                "The system sorts text differently since the database was made, so indexes may be wrong: run REINDEX "
                "DATABASE, then ALTER DATABASE ... REFRESH COLLATION VERSION."
            )
        for index in _column(cursor, INVALID)[:NAMED]:
            yield f"The index {index} is invalid and not used: run REINDEX INDEX {index}."
        if stale := _column(cursor, STALE):
            yield f"Statistics are out of date, which makes queries slow ({_named(stale)}): run VACUUM ANALYZE."


def _faults_of_pooler(cursor: Any) -> Iterator[str]:
    """As `_faults`, of a pooler: its clients see another process than the one of PostgreSQL that answers."""
    if _column(cursor, "SELECT pg_backend_pid()") == [connection.connection.info.backend_pid]:
        return
    if not settings.LISTEN_DATABASE_URL:
        yield "DATABASE_URL names a pooler: set LISTEN_DATABASE_URL to the address of PostgreSQL itself."
    wanted = {name: seconds for name, seconds in settings.POSTGRESQL_TIMEOUTS.items() if name != "connect_timeout"}
    if missing := [name for name, seconds in wanted.items() if seconds and _column(cursor, f"SHOW {name}") == ["0"]]:
        yield f"A pooler forwards no timeouts: set {_named(missing)} with ALTER ROLE, as docs/operating.md describes."


def _named(things: Any) -> str:
    names = sorted(".".join(thing) if isinstance(thing, tuple) else str(thing) for thing in things)
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _column(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [value for (value,) in cursor.fetchall()]


def _missing_indexes(cursor: Any) -> Iterator[str]:
    """Compare the indexes that the models name with those of the database."""
    found = set(_column(cursor, INDEXES[connection.vendor]))
    for model in apps.get_models():
        for name in _indexes(model) - found:
            yield f"{model._meta.db_table}.{name}"


def _indexes(model: type[Model]) -> set[str]:
    """Return the names of indexes. On SQLite, a unique constraint without a condition is a part of its table."""
    unique = {each.name for each in model._meta.constraints if isinstance(each, UniqueConstraint) and each.condition}
    return unique | {index.name for index in model._meta.indexes}


def check_replicas(options: Options) -> str:
    """Compare each with the primary, as the server does: it has to replay what the primary has written by now."""
    if not settings.DATABASE_REPLICAS:
        raise Skipped("there are none")
    try:
        written, which = _position(DEFAULT_DB_ALIAS, WRITTEN)
    except DatabaseError:
        raise Skipped("the database does not answer, so there is nothing to compare with") from None
    end = time.monotonic() + min(MAX_LAG, options.seconds)
    if faults := [fault for alias in settings.DATABASE_REPLICAS for fault in _faults_of(alias, written, which, end)]:
        raise Fault(*faults)
    return f"{len(settings.DATABASE_REPLICAS)} follow the primary"


def _faults_of(alias: str, written: str | None, which: tuple[int, ...], end: float) -> Iterator[str]:
    """As `_faults`, of a replica. It may replay until `end`, in seconds of the clock that never jumps."""
    try:
        replayed, whose = _position(alias, REPLAYED)
        while replayed and whose == which and parsed(replayed) < parsed(written) and time.monotonic() < end:
            time.sleep(0.1)
            replayed, whose = _position(alias, REPLAYED)
    except DatabaseError as error:
        yield f"{alias} does not answer ({type(error).__name__}): start it, or correct its address."
    else:
        if not replayed:
            yield f"{alias} is not a standby: correct its address."
        elif whose != which:
            yield f"{alias} is of another database than DATABASE_URL: correct its address."
        elif parsed(replayed) < parsed(written):
            yield f"{alias} does not catch up with the primary: check its disk and its network."


def _position(alias: str, question: str) -> tuple[str | None, tuple[int, ...]]:
    """Return the position of a server in the log, and which database it is."""
    with connections[alias].cursor() as cursor:
        cursor.execute(question + WHICH)
        position, *which = cursor.fetchone()
        return position, tuple(which)


def check_clock(_: Options) -> str:
    """Compare this machine's clock with that of PostgreSQL, and with the newest decision, which must not be ahead."""
    try:
        newest = Decision.objects.using(DEFAULT_DB_ALIAS).order_by("-pk").values_list("created_at", flat=True).first()
        skew = 0.0 if connection.vendor == "sqlite" else _skew()
    except DatabaseError:
        raise Skipped("the database does not answer, so there is nothing to compare with") from None
    finally:
        connection.close()
    ahead = (newest or timezone.now()) - timezone.now()
    if abs(skew) > MOST_SKEW:
        raise Fault(f"The clock differs from that of PostgreSQL by {abs(skew):.0f} s: turn on NTP on both.")
    if ahead > timedelta(seconds=MOST_SKEW):
        raise Fault(f"The clock is {ahead.total_seconds():.0f} s behind the newest decision: turn on NTP.")
    others = "the newest decision" if connection.vendor == "sqlite" else "PostgreSQL and the newest decision"
    return f"compared with {others}"


def _skew() -> float:
    """Return by how many seconds the database's clock is ahead."""
    started, now = time.monotonic(), datetime.now(UTC)
    with connection.cursor() as cursor:
        (theirs,) = _column(cursor, "SELECT clock_timestamp()")
    took = timedelta(seconds=time.monotonic() - started)
    off: timedelta = theirs - (now + took / 2)
    return max(abs(off.total_seconds()) - took.total_seconds() / 2, 0.0) * (1 if off > timedelta() else -1)


CHECKS: tuple[tuple[str, Callable[[Options], str]], ...] = (
    ("database", check_database),
    ("replicas", check_replicas),
    ("clock", check_clock),
)
