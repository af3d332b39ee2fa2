"""The rules for moderators that the admin and the APIs share: who moderates, and which accounts.

Their actions are in `follows.moderation`.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

from accounts import lookup, second_factor
from accounts.models import Account
from accounts.refused import Refused

Ending = Callable[[int], object]

_endings: list[Ending] = []


class NotAllowed(Refused):
    """The account may not moderate so, or nothing of the kind is to be done."""


class Role(StrEnum):
    """The part that an account has in moderating."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


class Ranked(Protocol):
    """The part of an account that says who outranks it."""

    @property
    def is_staff(self) -> bool: ...

    @property
    def is_superuser(self) -> bool: ...


def role_of(*, staff: bool, superuser: bool) -> Role:
    """Return the role of an account. A superuser who may not open the admin is a member."""
    if not staff:
        return Role.MEMBER
    return Role.ADMINISTRATOR if superuser else Role.MODERATOR


def admitted(account: int, permissions: Iterable[str]) -> Account:
    """The moderator with this id.

    :raises NotAllowed: when the account may not open the admin now, or lacks one of the permissions.
    """
    moderator = lookup.by_id(account)
    if not (is_admitted(moderator) and moderator.has_perms(permissions)):
        raise NotAllowed
    return moderator


def is_admitted(account: Account) -> bool:
    """Return True if the account may open the admin now."""
    return account.is_staff and account.is_active and not lacks_second_factor(account)


def lacks_second_factor(account: Account) -> bool:
    """Return True if the server demands a second factor of the account, and there is none."""
    return second_factor.is_demanded(staff=account.is_staff) and not second_factor.is_on(account.pk)


def outranks(moderator: Account, account: Ranked) -> bool:
    """Return True for members. Superusers outrank other moderators, too."""
    return moderator.is_superuser or not (account.is_staff or account.is_superuser)


def may_change(moderator: Account, account: Ranked) -> bool:
    """Return True if the moderator may change the account, and see its e-mail address and IP address."""
    return moderator.has_perm("accounts.change_account") and outranks(moderator, account)


def may_suspend(moderator: Account, account: Account) -> bool:
    """Nobody suspends their own account."""
    return suspends(moderator) and outranks(moderator, account) and account.pk != moderator.pk


def suspends(moderator: Account) -> bool:
    """Return True if the moderator may suspend members."""
    return moderator.has_perm("accounts.suspend_account") or moderator.has_perm("accounts.change_account")


def register(ending: Ending) -> None:
    """Register `ending(account)`. It is called when an account stops being a moderator's, in the same transaction."""
    _endings.append(ending)


def dismissed(account: int) -> None:
    """The account is no moderator's any more: end what it holds as one."""
    for ending in _endings:
        ending(account)
