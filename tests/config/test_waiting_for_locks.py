"""Requests of a worker that wait for locks try in turn, and those beyond the most hear that the server is busy."""

import asyncio
from types import ModuleType

import pytest
from django.db import connection

from accounts.retries import Tries
from tests.config.conftest import at_once

LOCKS = 5  # seconds that a request waits for locks, unless the settings say otherwise


def test_each_has_a_turn_in_its_time_and_one_too_many_hears_at_once_that_there_is_none(rsgi: ModuleType) -> None:
    waiting = [Tries(LOCKS) for _ in range(rsgi.MOST_RESTING)]
    one_too_many = Tries(LOCKS)

    async def story() -> None:
        resting = asyncio.gather(*map(rsgi._rest, waiting))
        await asyncio.sleep(0)
        await rsgi._rest(one_too_many)
        assert not resting.done()
        await resting

    seconds = at_once(story())

    assert all(request.may_wait for request in waiting)
    assert not one_too_many.may_wait
    assert seconds == pytest.approx(rsgi.MOST_RESTING * rsgi.PAUSE)  # one at a time
    assert seconds < LOCKS


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a setting of its own")
def test_a_request_waits_for_the_lock_of_sqlite_as_long_as_a_command(rsgi: ModuleType) -> None:
    assert connection.settings_dict["OPTIONS"]["timeout"] == rsgi.LOCKS


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has an option of its own")
def test_where_postgresql_waits_for_locks_without_end_a_request_waits_where_it_is(rsgi: ModuleType) -> None:
    """The settings of the tests are such; 0 would be no time at all."""
    assert rsgi.LOCKS is None
