"""The cache of several machines, on a real Redis or Valkey: the stories of the file of one machine, and failover."""

import signal
import time
from collections.abc import Iterator

import pytest

from config.redis import SharedRedis
from tests.config.test_cache import (
    test_it_is_a_cache_like_any_other_of_django,
    test_the_largest_number_stays_and_lives_on,
    test_threads_that_count_at_once_lose_nothing,
)
from tests.redis_servers import redis, watched
from tests.servers import PATIENCE

__all__ = [
    "test_it_is_a_cache_like_any_other_of_django",
    "test_the_largest_number_stays_and_lives_on",
    "test_threads_that_count_at_once_lose_nothing",
]
pytestmark = pytest.mark.once


@pytest.fixture
def cache() -> Iterator[SharedRedis]:
    with redis() as server:
        cache = SharedRedis(server.url, {})
        yield cache
        disconnect(cache)


def disconnect(cache: SharedRedis) -> None:
    cache._cache.get_client(None, write=True).connection_pool.disconnect()


def test_a_number_has_the_life_that_it_was_given_last(cache: SharedRedis) -> None:
    client = cache._cache.get_client(None, write=True)
    for seconds, left in ((60, 60), (None, -1), (30, 30)):
        cache.raise_to("a", 5, seconds)
        cache.raise_to("a", 3, seconds)

        assert left - 5 < client.ttl(cache.make_key("a")) <= left
    cache.raise_to("a", 2**53 - 1, 60)  # a position in the log of PostgreSQL: 8 million GB
    assert cache.get("a") == 2**53 - 1
    assert cache.count({"b": 60, "c": 60}) == [1, 1]
    assert cache.count({"b": 60}) == [2]


@pytest.mark.long
def test_the_sentinels_put_a_replica_in_the_place_of_a_dead_primary() -> None:
    with watched() as (primary, replica, url):
        cache = SharedRedis(url, {})
        assert cache.count({"a": 600}) == [1]
        key, deadline = cache.make_key("a"), time.monotonic() + PATIENCE
        while replica.asks("get", key) != b"1":
            assert time.monotonic() < deadline
        primary.send(signal.SIGKILL)
        while replica.asks("get", key) == b"1":  # the process counts for itself meanwhile
            assert cache.count({"a": 600})[0] > 0
            assert time.monotonic() < deadline
            time.sleep(0.2)

        assert replica.asks("get", key) == b"2"  # goes on where it stood
        assert cache.count({"a": 600}) == [3]
        disconnect(cache)
