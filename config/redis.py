"""The cache of several machines: Redis or Valkey. It is imported only if it is used, because its import takes long."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from config.cache import TIMEOUT, Counting, replaceable

NEVER_LONG = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "retry": Retry(NoBackoff(), 0),
}


class SentinelPool(SentinelConnectionPool):
    """Connections to the Redis that its Sentinels say is the primary now."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "SentinelPool":
        """Of an address like `redis+sentinel://user:password@host:26379,host:26379/NAME/0`."""
        parts = urlsplit(url)
        login, _, hosts = parts.netloc.rpartition("@")
        username, _, password = login.partition(":")
        name, _, database = parts.path.strip("/").partition("/")
        tls = {"ssl": True} if parts.scheme.startswith("rediss") else {}
        found = [urlsplit(f"//{host}") for host in hosts.split(",")]
        sentinels = [(host.hostname, host.port or 26379) for host in found]
        return cls(
            name,
            Sentinel(sentinels, sentinel_kwargs=NEVER_LONG | tls),
            username=unquote(username) or None,
            password=unquote(password) or None,
            db=int(database or 0),
            **options,
            **tls,
        )


@replaceable(RedisError, OSError)
class SharedRedis(Counting, RedisCache):
    """Django's, which counts, and never waits for longer than `TIMEOUT`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._servers = [server]  # Django would take a comma for the begin of a replica to read from
        self._options |= NEVER_LONG  # type: ignore[attr-defined]  # the stubs leave it out
        if "+sentinel://" in server:
            self._options["pool_class"] = SentinelPool  # type: ignore[attr-defined]

    def count(self, counters: Mapping[str, int]) -> list[int]:
        """Add one to each counter, which lives for so many seconds; returns where they stand."""
        pipeline = self._cache.get_client(None, write=True).pipeline(transaction=False)
        for key, seconds in counters.items():
            pipeline.incr(self.make_key(key))
            pipeline.expire(self.make_key(key), seconds)
        counts: list[int] = pipeline.execute()[::2]
        return counts

    def raise_to(self, key: str, value: int, seconds: int | None) -> None:
        """Store a number for some seconds, unless there is a larger one, whose time starts again."""
        self._cache.get_client(None, write=True).eval(_RAISE, 1, self.make_key(key), value, seconds or 0)


_RAISE = """
    local kept = tonumber(redis.call("GET", KEYS[1]) or 0)
    if kept < tonumber(ARGV[1]) then redis.call("SET", KEYS[1], ARGV[1]) end
    if ARGV[2] == "0" then redis.call("PERSIST", KEYS[1]) else redis.call("EXPIRE", KEYS[1], ARGV[2]) end"""
