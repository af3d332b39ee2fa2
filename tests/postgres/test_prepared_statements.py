"""What runs often is planned once: a connection keeps its statements."""

from typing import Any

import psycopg
import pytest
from django.db import NotSupportedError, ProgrammingError, close_old_connections, connection, transaction

from accounts import databases, lookup
from accounts.models import Account
from accounts.statements import Statement, given
from config.postgresql.prepared import MOST
from follows import relationships
from tests.factories import AccountFactory

ALICE: Statement[Any] = Statement(
    None, lambda _: Account.objects.filter(username=given("name")).values_list("username")
)


def read_alice() -> Any:
    return ALICE.first(name="alice")


@pytest.fixture
def alice() -> None:
    """She is read so often that the connection keeps statements of its own and psycopg's."""
    AccountFactory(username="alice")
    for _ in range(10):
        assert Account.objects.get(username="alice")
        assert read_alice() == ("alice",)


@pytest.mark.usefixtures("alice")
def test_statements_are_prepared_again_after_a_rollback() -> None:
    for _ in range(2):
        with transaction.atomic():
            Account.objects.update(username="bob")
            assert read_alice() is None
            transaction.set_rollback(True)
        assert read_alice() == ("alice",)


@pytest.mark.usefixtures("alice")
def test_statements_are_prepared_again_within_a_transaction_that_was_rolled_back_in_part() -> None:
    with transaction.atomic():
        assert read_alice() == ("alice",)
        with transaction.atomic():
            Account.objects.update(username="bob")
            assert read_alice() is None
            transaction.set_rollback(True)
        assert read_alice() == ("alice",)


@pytest.mark.usefixtures("alice")
def test_after_statements_that_something_else_made_the_database_forget_one_read_fails() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError):
        read_alice()
    assert read_alice() == ("alice",)


def test_what_each_write_answers_is_planned_once() -> None:
    alice, bob = AccountFactory.create_batch(2)
    for _ in range(20):
        assert not relationships.one(alice.pk, bob.pk).following
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%follows_mute%'"
        )
        assert cursor.fetchall() == [(15, 5)]  # PostgreSQL tries five times whether it is worth it to plan anew


def test_a_connection_keeps_so_many_statements_and_no_more() -> None:
    people: Statement[Any] = Statement(None, lambda limit: Account.objects.values_list("username")[:limit])
    for limit in [*range(1, MOST + 20), *range(1, 10)]:
        people.rows(limit)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'latchkey%'")
        assert cursor.fetchone() == (MOST,)


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
