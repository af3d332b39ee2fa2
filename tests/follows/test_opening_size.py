"""Opening an account costs by the request, however long the queue is."""

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.access import Actor
from accounts.models import Account
from follows import graph, opening

STEP = 100  # instructions of SQLite's machine


def test_the_work_of_a_chunk_does_not_grow_with_the_queue(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("counts what SQLite executes")
    monkeypatch.setattr(opening, "CHUNK", 20)

    assert _steps_of_a_chunk(queue=4_000) < 1.5 * _steps_of_a_chunk(queue=100)


def _steps_of_a_chunk(queue: int) -> int:
    """How much SQLite executes for one chunk of an account's queue."""
    name, steps = f"asked_by_{queue}", 0
    call_command("seed", requests=queue, accounts=queue, follows=0, locked_account=name, verbosity=0)
    owner = Account.objects.get(username=name).pk
    graph.change_profile(owner, Actor(owner, "test"), locked=False)

    def count() -> int:
        nonlocal steps
        steps += STEP
        return 0

    connection.connection.set_progress_handler(count, STEP)
    try:
        assert opening.accept_oldest(owner) == opening.CHUNK
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps
