"""Slowing down guesses of passwords: per account, per address, and per pair of both.

An attempt is counted before the password is looked at, so that guesses side by side count too; a right
password does not count. The owner is never locked out: an address that the account was used from before is
only held to its own count, other counts end with their window, and a new password forgets the account's.
"""

import hashlib
from typing import NamedTuple

from accounts import familiar_addresses, limits
from accounts.limits import Charge, Limit
from accounts.models import Account


class Bounds(NamedTuple):
    """The limits of wrong passwords: per account and address, per address, and per account."""

    pair: Limit
    address: Limit
    account: Limit


PAGE = Bounds(limits.SIGN_IN_PAIR, limits.SIGN_IN_FROM, limits.SIGN_IN_TO)
SECOND_STEP = Bounds(limits.SECOND_STEP_PAIR, limits.SIGN_IN_FROM, limits.SECOND_STEP_TO)
PHONE = Bounds(limits.LOGIN_PAIR, limits.LOGIN_FROM, limits.LOGIN_TO)


class Attempt(NamedTuple):
    """A guess that was counted."""

    guesses: list[Charge]
    address: Charge

    def succeeded(self) -> None:
        """Forget the wrong guesses before the right password, which was no guess."""
        limits.forget(*self.guesses)
        limits.give_back(self.address)


def begin(name: str, account: Account | None, address: str | None, bounds: Bounds) -> Attempt:
    """Count an attempt to sign in. `account` is the one called so, if there is one.

    :raises limits.TooMany: when there were too many lately that did not succeed.
    """
    whose, place = _whose(name, account), limits.neighbourhood(address)
    attempt = Attempt([(bounds.pair, f"{whose}:{place}"), (bounds.account, whose)], (bounds.address, place))
    stranger = account is None or not familiar_addresses.knows(account, address)
    limits.charge(attempt.address, *attempt.guesses[: 2 if stranger else 1])
    return attempt


def forget(account: Account, address: str | None = None) -> None:
    """The account has a new password: earlier guesses were of another one, also those from the owner's `address`."""
    whose, place = _whose("", account), limits.neighbourhood(address)
    for bounds in (PAGE, PHONE):
        limits.forget((bounds.account, whose), (bounds.pair, f"{whose}:{place}"))


def _whose(name: str, account: Account | None) -> str:
    """An account counts as one by all its names. Unknown names count too, and nobody is called by them."""
    return str(account.pk) if account else hashlib.sha256(name.lower().encode("utf-8", "replace")).hexdigest()
