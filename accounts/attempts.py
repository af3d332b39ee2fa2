"""Slowing down whoever guesses passwords, per account and per address; counters live in the cache.

An attempt is counted before the password is looked at, so that guesses side by side count too. The
owner is never locked out for ever: counts end with their window, an address that the account was
used from before is only held to its own count, and a new password forgets the account's.
"""

import hashlib
import time
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache

from accounts.refused import Refused

WINDOW = 15 * 60  # seconds
GUESSES_OF_AN_ADDRESS = 300


class TooManyAttempts(Refused):
    """Too many wrong guesses lately; it helps to wait some minutes."""


class Counter(NamedTuple):
    key: str
    most: int


def begin(account: str, address: str | None, *, known: bool) -> None:
    """Count an attempt to sign in. `account` is the name it was tried with; `known` a familiar address.

    :raises TooManyAttempts: when there were too many lately that did not succeed.
    """
    if settings.RATE_LIMITS:
        counters = [_pair(account, address), _whole_address(address)] + ([] if known else [_whole_account(account)])
        counts = _cache().count(dict.fromkeys((counter.key for counter in counters), WINDOW))
        if any(count > counter.most for counter, count in zip(counters, counts, strict=True)):
            raise TooManyAttempts


def succeeded(account: str, address: str | None) -> None:
    """Forget what was guessed wrong before the right password came, which was no guess of its address either.

    No address for a password that was not guessed but chosen anew.
    """
    if settings.RATE_LIMITS:
        cache.delete_many([_pair(account, address).key, _whole_account(account).key])
        if address:
            with suppress(ValueError):  # another window began meanwhile
                cache.decr(_whole_address(address).key)


def _pair(account: str, address: str | None) -> Counter:
    return Counter(_key("pair", account, address), 5)


def _whole_account(account: str) -> Counter:
    return Counter(_key("account", account), 30)


def _whole_address(address: str | None) -> Counter:
    return Counter(_key("address", address), GUESSES_OF_AN_ADDRESS)


def _key(kind: str, *parts: str | None) -> str:
    """One window's counter; it tells nobody's e-mail address."""
    digest = hashlib.sha256("\0".join(part or "" for part in parts).lower().encode("utf-8", "replace"))
    return f"attempts:{kind}:{digest.hexdigest()}:{int(time.time()) // WINDOW}"


def _cache() -> Any:
    """The cache of `config.cache`, which counts for all processes in one step."""
    return cache
