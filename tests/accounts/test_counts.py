"""Counting all accounts takes long when there are many, and is not done at each request then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts import counts
from accounts.models import Account
from tests.factories import AccountFactory


@pytest.fixture(autouse=True)
def cached(tmp_path: Path) -> Iterator[None]:
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(CACHES={"default": file}):
        yield


def test_whoever_comes_to_a_small_server_is_counted_at_once(db: None) -> None:
    for number in range(1, 3):
        AccountFactory()
        assert counted() == (number, number, number)


def test_who_came_to_a_large_one_is_counted_after_five_minutes(
    db: None, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(counts, "MANY", 0)
    with time_machine.travel("2026-08-21T12:00:00Z", tick=False) as clock:
        AccountFactory()
        assert counted() == (1, 1, 1)
        AccountFactory()
        clock.shift(counts.KEPT - 1)
        with django_assert_num_queries(0):
            assert counted() == (1, 1, 1)
        clock.shift(1)
        assert counted() == (2, 2, 2)


def test_counting_reads_an_index_and_no_account(db: None) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL chooses an index by the sizes of tables, which other tests change")
    with CaptureQueriesContext(connection) as queries:
        counts.local_count()
        counts.active_count(30)
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            assert "COVERING INDEX account_counts" in str(cursor.fetchall())


def counted() -> tuple[int, int, int]:
    return counts.local_count(), counts.active_count(30), counts.weeks(2)[0].signed_up


def test_servers_are_told_once_and_in_their_order(db: None) -> None:
    for name, domain in (("ann", "b.example"), ("ben", "a.example"), ("cid", "b.example"), ("dan", "")):
        Account.objects.create(username=name, domain=domain)

    assert counts.domains() == ["a.example", "b.example"]
    assert counts.domain_count() == 2


@pytest.mark.usefixtures("alice")
def test_a_server_alone_knows_no_others() -> None:
    assert counts.domains() == []
