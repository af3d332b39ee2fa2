"""What runs often is planned once: a connection keeps its statements."""

from django.db import connection

from accounts import lookup


def test_a_statement_that_runs_often_is_prepared() -> None:
    for _ in range(10):
        lookup.local_id("nobody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts_account%'")
        (prepared,) = cursor.fetchone()

    assert prepared >= 1
