"""What runs often is planned once: a connection keeps its statements."""

import psycopg
import pytest
from django.db import NotSupportedError, close_old_connections, connection

from accounts import databases, lookup
from accounts.models import Account


def test_a_statement_that_runs_often_is_prepared() -> None:
    for _ in range(10):
        lookup.local_id("nobody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_account%'")
        (prepared,) = cursor.fetchone()

    assert prepared >= 1


def test_a_column_that_a_migration_changed_is_read_over_a_new_connection() -> None:
    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT word FROM migrated WHERE word <> %s", [""])
            return cursor.rowcount

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE migrated (word varchar(5))")
    try:
        for _ in range(10):
            read()
        with psycopg.connect(autocommit=True, **databases.direct(Account)) as migrating:
            migrating.execute("ALTER TABLE migrated ALTER word TYPE varchar(9)")
        with pytest.raises(NotSupportedError):
            read()
        close_old_connections()  # as at the end of a request
        assert read() == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE migrated")
