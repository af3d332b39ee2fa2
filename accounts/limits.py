"""Rate limits: the number of calls that a caller has in a fixed window. Both APIs count calls here.

Window n of a limit is floor(unix time / period). Counters live in Django's cache, where all processes
count together. With `settings.RATE_LIMITS` off nothing is counted. The numbers are Mastodon's.
"""

import ipaddress
import time
from functools import lru_cache, partial
from operator import sub
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches

from accounts import events, retries
from accounts.refused import Refused

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


class Limit(NamedTuple):
    """`most` times in `period` seconds, which are whole minutes."""

    name: str
    most: int
    period: int


# Calls of the Mastodon API: by token, by account, by address; further pages by either; new apps by address.
TOKEN = Limit("token", 300, 5 * MINUTE)
ACCOUNT = Limit("account", 1500, 5 * MINUTE)
ADDRESS = Limit("address", 300, 5 * MINUTE)
PAGING = Limit("paging", 300, 15 * MINUTE)
APPS = Limit("apps", 5, 10 * MINUTE)

# By account.
FOLLOWS = Limit("follows", 400, DAY)  # new follows and requests
REPORTS = Limit("reports", 400, DAY)
UPLOADS = Limit("uploads", 30, 30 * MINUTE)
ARCHIVES = Limit("archives", 5, DAY)
IMPORTS = Limit("imports", 50, DAY)  # files that are read for a preview
NEW_EMAILS = Limit("new_emails", 10, 10 * MINUTE)  # changes of the e-mail address, which tell whether it is taken

# By address of the caller.
REGISTRATIONS = Limit("registrations", 5, 30 * MINUTE)
EMAILS_FROM = Limit("emails_from", 25, 5 * MINUTE)  # requests that tell whether an e-mail address is known

# By e-mail address.
EMAILS_TO = Limit("emails_to", 5, 30 * MINUTE)  # requests for a mail to it

# Wrong passwords: on the pages, and of phones, which are told less and try more often. See `attempts`.
SIGN_IN_PAIR = Limit("sign_in_pair", 25, 5 * MINUTE)
SIGN_IN_FROM = Limit("sign_in_from", 25, 5 * MINUTE)
SIGN_IN_TO = Limit("sign_in_to", 25, HOUR)
SECOND_STEP_PAIR = Limit("second_step_pair", 10, 15 * MINUTE)  # wrong codes after the password
SECOND_STEP_TO = Limit("second_step_to", 20, HOUR)
LOGIN_PAIR = Limit("login_pair", 5, 15 * MINUTE)
LOGIN_FROM = Limit("login_from", 300, 15 * MINUTE)
LOGIN_TO = Limit("login_to", 30, 15 * MINUTE)

Charge = tuple[Limit, int | str]  # a limit, and whose


class State(NamedTuple):
    """The state of one limit; `reset` is the number of seconds until its window ends."""

    most: int
    remaining: int
    now: float
    reset: int


class TooMany(Refused):
    """A limit is used up; `state` is that limit's, of several the one to wait for longest."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__("Too many requests")


def charge(*charges: Charge) -> State | None:
    """Count one use of each limit; returns the one with the least remaining, None with the limits off.

    :raises TooMany: when one of them was used up before.
    """
    if not settings.RATE_LIMITS:
        return None
    now, left = retries.once(("charge", charges), partial(_count, charges))
    fewest = min(left)
    if fewest < 0:
        over = [limit for (limit, _), rest in zip(charges, left, strict=True) if rest < 0]
        longest = max(over, key=lambda limit: _state(limit, 0, now).reset)
        events.limited.send(None, limit=longest.name)
        raise TooMany(_state(longest, 0, now))
    limit, _ = charges[left.index(fewest)]
    return _state(limit, fewest, now)


def _count(charges: tuple[Charge, ...]) -> tuple[float, list[int]]:
    """When, and how many uses each limit has left then; a negative number for one that is used up."""
    now = time.time()
    names, most = _named(charges, int(now) // MINUTE)
    return now, list(map(sub, most, _counters().count(names)))


@lru_cache(500)  # a client sends several requests in a minute
def _named(charges: tuple[Charge, ...], minute: int) -> tuple[dict[str, int], list[int]]:
    """The counters of these limits in this minute, each with its period, and how many uses each has."""
    names = {_key(limit, whose, minute * MINUTE): limit.period for limit, whose in charges}
    return names, [limit.most for limit, _ in charges]


def look(limit: Limit, whose: int | str) -> State:
    """Return the state of a limit, without counting."""
    now = time.time()
    count = _counters().counted(_key(limit, whose, now))
    return _state(limit, max(limit.most - count, 0), now)


def give_back(*charges: Charge) -> None:
    """Take back one use of each limit."""
    if settings.RATE_LIMITS:
        for charge in charges:
            retries.once(("give back", charge), partial(_give_back, *charge))


def _give_back(limit: Limit, whose: int | str) -> None:
    _counters().take_back(_key(limit, whose, time.time()))


def forget(*charges: Charge) -> None:
    """Reset these limits."""
    if settings.RATE_LIMITS:
        now = time.time()
        _counters().begin_anew([_key(limit, whose, now) for limit, whose in charges])


def neighbourhood(address: str | None) -> str:
    """Return the part of an address that calls are counted by: an IPv4 address, or the /64 of an IPv6 address."""
    text = address or ""
    if ":" not in text:
        return text
    try:
        number = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    return str(number.ipv4_mapped or ipaddress.IPv6Network((number, 64), strict=False))


def _state(limit: Limit, remaining: int, now: float) -> State:
    return State(limit.most, remaining, now, limit.period - int(now) % limit.period)


def _key(limit: Limit, whose: int | str, now: float) -> str:
    return f"limit:{limit.name}:{whose}:{int(now) // limit.period}"


def _counters() -> Any:
    """The cache of `config.cache`, which counts. The proxy that Django calls `cache` costs as much as a digest."""
    return caches[DEFAULT_CACHE_ALIAS]
