"""Slowing down whoever guesses passwords, per account and per address; counters live in the cache.

An attempt is counted before the password is looked at, so that guesses side by side count too. The
owner is never locked out for ever: counts end with their window, an address that the account was
used from before is only held to its own count, and a new password forgets the account's.
"""

import hashlib
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache

from accounts.refused import Refused

WINDOW = 15 * 60  # seconds


class TooManyAttempts(Refused):
    """Too many wrong guesses lately; it helps to wait some minutes."""


class Counter(NamedTuple):
    key: str
    limit: int


def begin(account: str, address: str | None, *, known: bool) -> None:
    """Count an attempt to sign in. `account` is the name it was tried with; `known` a familiar address.

    :raises TooManyAttempts: when there were too many lately that did not succeed.
    """
    if settings.RATE_LIMITS:
        counters = [_pair(account, address), _whole_address(address)] + ([] if known else [_whole_account(account)])
        exceeded = [counter for counter in counters if _count(counter.key) > counter.limit]  # all are counted
        if exceeded:
            raise TooManyAttempts


def succeeded(account: str, address: str | None) -> None:
    """Forget what was guessed wrong before the right password came."""
    if settings.RATE_LIMITS:
        cache.delete_many([_pair(account, address).key, _whole_account(account).key])


def _pair(account: str, address: str | None) -> Counter:
    return Counter(_key("pair", account, address), 5)


def _whole_account(account: str) -> Counter:
    return Counter(_key("account", account), 30)


def _whole_address(address: str | None) -> Counter:
    return Counter(_key("address", address), 100)


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        cache.add(key, 1, WINDOW)
        return 1


def _key(kind: str, *parts: str | None) -> str:
    """Keys tell nobody's e-mail address."""
    digest = hashlib.sha256("\0".join(part or "" for part in parts).lower().encode("utf-8", "replace"))
    return f"attempts:{kind}:{digest.hexdigest()}"
