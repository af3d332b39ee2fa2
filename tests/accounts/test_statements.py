"""Statements run past Django's cursor, but not past what it is for."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.statements import Statement, given

NAME: Statement[Any] = Statement(None, lambda _: Account.objects.filter(pk=given("id")).values_list("username"))


def test_the_queries_of_somebody_who_watches_are_seen(alice: Account) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert NAME.first(id=alice.pk) == ("alice",)

    assert len(captured) == 1


def test_wrappers_of_django_are_called(alice: Account) -> None:
    seen: list[str] = []

    def see(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(see):
        NAME.first(id=alice.pk)

    assert len(seen) == 1


def test_a_transaction_that_failed_runs_nothing_more(alice: Account) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            NAME.first(id=alice.pk)


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_opened_again() -> None:
    connection.close()

    assert NAME.first(id=1) is None
    assert connection.connection is not None


def test_an_error_of_the_driver_becomes_one_of_django(alice: Account) -> None:
    with pytest.raises(DatabaseError):
        NAME.first(id={"no": "number"})
