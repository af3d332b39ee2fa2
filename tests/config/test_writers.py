"""SQLite has one writer at a time: the others wait for their turn, and not for ever."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Account


@pytest.fixture(autouse=True)
def _on_sqlite(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has many writers at a time")


@contextmanager
def another_writer() -> Iterator[sqlite3.Connection]:
    """Holds the lock until it commits, or to the end."""
    other = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_writer_waits_for_the_one_before() -> None:
    with another_writer() as other:
        threading.Timer(0.1, other.commit).start()
        with transaction.atomic():
            Account.objects.create(username="alice")

    assert Account.objects.filter(username="alice").exists()


def test_a_writer_gives_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    started = time.monotonic()
    with another_writer(), pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass

    assert time.monotonic() - started >= 0.2
