"""Writes that nobody reads the outcome of are sent with what runs next in their transaction."""

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.access import Actor
from accounts.models import Account
from accounts.statements import Write, given
from follows import graph
from follows.models import Follow
from tests.factories import AccountFactory

RENAME = Write.update(lambda: Account.objects.filter(username=given("old")), username=given("new"))


@pytest.fixture(autouse=True)
def alice() -> Account:
    return AccountFactory(username="alice")


def names() -> set[str]:
    return set(Account.objects.values_list("username", flat=True))


def test_they_are_seen_by_what_runs_next_and_last_after_the_commit() -> None:
    with transaction.atomic():
        RENAME.run(old="alice", new="bob")
        RENAME.run(old="bob", new="carol")
        assert names() == {"carol"}
        RENAME.run(old="carol", new="dave")
    assert names() == {"dave"}


def test_they_are_undone_with_their_transaction_or_the_part_of_it() -> None:
    with transaction.atomic():
        RENAME.run(old="alice", new="bob")
        with transaction.atomic():
            RENAME.run(old="bob", new="carol")
            transaction.set_rollback(True)
        RENAME.run(old="bob", new="dave")
    assert names() == {"dave"}

    with transaction.atomic():
        RENAME.run(old="dave", new="eve")
        transaction.set_rollback(True)
    assert names() == {"dave"}


def test_one_that_fails_undoes_all() -> None:
    AccountFactory(username="bob")
    with pytest.raises(IntegrityError), transaction.atomic():
        RENAME.run(old="bob", new="carol")
        RENAME.run(old="alice", new="carol")
        RENAME.run(old="carol", new="dave")
    assert names() == {"alice", "bob"}
    assert RENAME.count(old="alice", new="eve") == 1


def test_they_are_lost_with_their_connection() -> None:
    with transaction.atomic():
        RENAME.run(old="alice", new="bob")
        connection.close()
    assert names() == {"alice"}
    assert RENAME.count(old="alice", new="eve") == 1


def test_an_approval_waits_for_few_answers_of_the_database(alice: Account, tmp_path: Path) -> None:
    requesters = AccountFactory.create_batch(2)
    Account.objects.filter(pk=alice.pk).update(locked=True)
    for requester in requesters:
        graph.follow(requester.pk, alice.pk, Actor(requester.pk, "test"))
    graph.accept(alice.pk, requesters[0].pk, Actor(alice.pk, "test"))  # all statements are prepared

    trace = tmp_path / "trace"
    with trace.open("w") as file:
        connection.connection.pgconn.trace(file.fileno())
        graph.accept(alice.pk, requesters[1].pk, Actor(alice.pk, "test"))
        connection.connection.pgconn.untrace()

    assert trace.read_text().count("ReadyForQuery") <= 8
    assert Follow.objects.accepted().count() == 2
