"""Rate limits: how often somebody may call within a fixed window (mastodon.md §5.7).

Window n of a limit is floor(unix time / period). Counters live in Django's cache, where all processes
count together. With `settings.RATE_LIMITS` off nothing here is called.
"""

import ipaddress
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpRequest


class Limit(NamedTuple):
    """`most` times in `period` seconds."""

    name: str
    most: int
    period: int


TOKEN = Limit("token", 300, 5 * 60)
ACCOUNT = Limit("account", 1500, 5 * 60)
ADDRESS = Limit("address", 300, 5 * 60)
PAGING = Limit("paging", 300, 15 * 60)
APPS = Limit("apps", 5, 10 * 60)
REGISTRATIONS = Limit("registrations", 5, 30 * 60)
SIGN_IN_FROM = Limit("sign_in_from", 25, 5 * 60)
SIGN_IN_TO = Limit("sign_in_to", 25, 60 * 60)
FOLLOWS = Limit("follows", 400, 24 * 60 * 60)
REPORTS = Limit("reports", 400, 24 * 60 * 60)

Charge = tuple[Limit, int | str]  # a limit, and whose


class State(NamedTuple):
    """Where one limit stands; `reset` is the rest of its window in seconds."""

    most: int
    remaining: int
    now: float
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        reset = datetime.fromtimestamp(self.now + self.reset, UTC)
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%S.%fZ}",
        }


class TooMany(Exception):
    """A limit is used up; `state` is that limit's, of several the one to wait for longest."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__("Too many requests")


def charge(*charges: Charge) -> State:
    """Count one call against each limit; returns the one with the least remaining.

    :raises TooMany: when one of them was used up before.
    """
    now = time.time()
    counts = _counters().count({_key(limit, whose, now): limit.period for limit, whose in charges})
    states = [_state(limit, count, now) for (limit, _), count in zip(charges, counts, strict=True)]
    if over := [state for state, count in zip(states, counts, strict=True) if count > state.most]:
        raise TooMany(max(over, key=lambda state: state.reset))
    return min(states, key=lambda state: state.remaining)


def look(limit: Limit, whose: int | str) -> State:
    """Where a limit stands, without counting."""
    now = time.time()
    return _state(limit, cache.get(_key(limit, whose, now), 0), now)


def address(request: HttpRequest) -> str:
    """Whose calls from this address count together: an IPv4 address, or the /64 of an IPv6 one.

    Behind one of `settings.TRUSTED_PROXIES` the server has put the client's address there already.
    """
    text = str(request.META.get("REMOTE_ADDR") or "")
    if ":" not in text:
        return text
    try:
        number = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    return str(number.ipv4_mapped or ipaddress.IPv6Network((number, 64), strict=False))


def _state(limit: Limit, count: int, now: float) -> State:
    return State(limit.most, max(limit.most - count, 0), now, limit.period - int(now) % limit.period)


def _key(limit: Limit, whose: int | str, now: float) -> str:
    return f"limit:{limit.name}:{whose}:{int(now) // limit.period}"


def _counters() -> Any:
    """The cache of `config.cache`, which counts."""
    return cache
