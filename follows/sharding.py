"""The plan that spreads the graph over a cluster of Citus: DDL for this database, to read before anything is done.

Accounts and everything small are reference tables: each machine has them whole. What belongs to one member lies with
the member. An edge lies twice, with its target and with its follower, so that both lists are on one machine.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, ForeignObjectRel, Model

from accounts import databases
from accounts.models import Account
from follows.models import Decision, Follow

OWNERS = ("owner", "account", "recipient", "blocker", "muter", "endorser", "author")  # fields that name the member
SHARDED_BY = {Follow: "target", Decision: "target"}
COPY = "follows_follow_of"  # the edges by their followers
KEYS = """
    SELECT relname, contype, array_agg(attname ORDER BY place)
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
    CROSS JOIN unnest(indkey) WITH ORDINALITY AS key (number, place)
    JOIN pg_attribute ON attrelid = indrelid AND attnum = number
    WHERE indrelid = %s::regclass AND indisunique GROUP BY relname, contype ORDER BY relname"""
REFERENCES = """
    SELECT conname, confrelid::regclass::text FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname"""


def plan() -> Iterator[str]:
    """The lines of the plan: DDL, and comments that say what it cannot keep. The database must be a PostgreSQL."""
    sharded = {_table(model): column for model in apps.get_models() if (column := shard_column(model))}
    yield from _preface()
    yield "\n-- On each machine whole. The first line is for the tables that refer to each other."
    yield f"SELECT citus_add_local_table_to_metadata('{_table(Account)}', cascade_via_foreign_keys => true);"
    for table in sorted(_tables() - sharded.keys()):
        yield f"SELECT create_reference_table('{table}');"
    for table, column in sorted(sharded.items()):
        yield f"\n-- By {column}."
        yield from _distribute(table, column, sharded.keys())
    table = _table(Follow)
    yield "\n-- The same edges by their followers. Each write of an edge writes both, in one transaction; where the two"
    yield "-- are on two machines, Citus commits it in two phases."
    yield f"CREATE TABLE {COPY} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);"
    yield f"ALTER TABLE {COPY} ADD PRIMARY KEY (follower_id, id), ADD UNIQUE (follower_id, target_id);"
    yield f"SELECT create_distributed_table('{COPY}', 'follower_id', colocate_with => 'follows_tally');"
    yield f"INSERT INTO {COPY} SELECT * FROM {table};"  # noqa: S608  # our own names
    for index in Follow._meta.indexes:
        if index.expressions[0].name == "follower":
            ((definition,),) = _rows("SELECT pg_get_indexdef(%s::regclass)", index.name)
            yield f"DROP INDEX {index.name};"
            yield f"{definition.replace(f'.{table} ', f'.{COPY} ')};"


def shard_column(model: type[Model]) -> str | None:
    """The column by which the rows of a model are spread, or None for a table that each machine has whole."""
    fields = {field.name: field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
    relations = [field for field in model._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel)]
    if model._meta.app_label != Follow._meta.app_label or model._meta.proxy:
        return None
    if any(relation.related_model is not model for relation in relations):
        return None  # rows of others refer to them without a member's name
    for name in (SHARDED_BY.get(model, ""), *OWNERS):
        if name in fields and fields[name].related_model is Account:
            return str(fields[name].column)
    return None


def _preface() -> Iterator[str]:
    with databases.writing(Follow).cursor() as cursor:
        cursor.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'citus'")
        citus = cursor.fetchone()
        settings = ", ".join(f"current_setting('{name}')" for name in ("server_version", "max_prepared_transactions"))
        cursor.execute(f"SELECT current_database(), {settings}")  # our own names
        name, version, prepared = cursor.fetchone()
    yield f"-- Plan for the database {name} on PostgreSQL {version}. Nothing was changed."
    available = f"Citus {citus[0]} is available" if citus else "Citus is not available"
    yield f"-- {available} on this server, as pg_available_extensions says."
    if prepared == "0":
        yield "-- Two-phase commits need max_prepared_transactions, as many as max_connections. It is 0."
    yield "CREATE EXTENSION IF NOT EXISTS citus;"


def _distribute(table: str, column: str, sharded: Collection[str]) -> Iterator[str]:
    for name, other in _rows(REFERENCES, table):
        if other in sharded:
            yield f"ALTER TABLE {table} DROP CONSTRAINT {name};  -- the row in {other} may be on another machine"
    for name, kind, columns in _rows(KEYS, table):
        if column in columns:
            yield f"-- {name} ({', '.join(columns)}): holds on each shard, and so everywhere."
        elif kind == "p":
            yield f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD PRIMARY KEY ({', '.join((column, *columns))});"
        else:
            drop = f"ALTER TABLE {table} DROP CONSTRAINT {name}" if kind else f"DROP INDEX {name}"
            yield f"{drop};  -- ({', '.join(columns)}) does not name {column}: the application must hold it"
    yield f"SELECT create_distributed_table('{table}', '{column}');"


def _table(model: type[Model]) -> str:
    return str(model._meta.db_table)


def _tables() -> set[str]:
    connection = databases.writing(Follow)
    with connection.cursor() as cursor:
        return {table for table in connection.introspection.table_names(cursor) if table != "django_migrations"}


def _rows(query: str, table: str) -> list[Any]:
    with databases.writing(Follow).cursor() as cursor:
        cursor.execute(query, [table])
        return list(cursor.fetchall())
