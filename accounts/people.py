"""Every write to accounts: sign up, change, suspend, delete. Reads are in `lookup`.

Whatever others can see of an account is changed through `change`, which bumps `version`.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import lookup
from accounts.models import Account
from accounts.refused import Refused

USERNAME = re.compile(r"[A-Za-z0-9_]{1,30}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
VISIBLE_NOWHERE = {"password", "email"}  # changes of these leave every rendered account as it was


class Problem(StrEnum):
    """What may be wrong with a value."""

    BLANK = "blank"
    INVALID = "invalid"
    TAKEN = "taken"
    TOO_LONG = "too long"
    TOO_SHORT = "too short"


class Fault(NamedTuple):
    """One wrong value: which field, what about it, and the bound that it broke (characters)."""

    field: str
    problem: Problem
    bound: int = 0


class Invalid(Refused):
    """Some values cannot be stored. `faults` says which and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.field} is {fault.problem}" for fault in self.faults))


def clean_text(value: str) -> str:
    """What people write, as it will be stored: trimmed, without control characters, otherwise raw."""
    return CONTROL.sub("", value.replace("\r\n", "\n")).strip()


def sign_up(
    *,
    username: str,
    email: str,
    password: str,
    display_name: str = "",
    first_name: str = "",
    last_name: str = "",
    locked: bool = False,
    staff: bool = False,
) -> Account:
    """A new account of this server, able to sign in at once.

    :raises Invalid: when a value is missing, malformed or taken; all faults at once.
    """
    account = Account(
        username=username,
        email=email,
        display_name=clean_text(display_name or f"{first_name} {last_name}"),
        first_name=clean_text(first_name),
        last_name=clean_text(last_name),
        locked=locked,
        is_staff=staff,
    )
    if not (first_name or last_name):
        account.first_name, account.last_name = split_name(account.display_name)
    faults = list(_faults(account))
    if not password:
        faults.append(Fault("password", Problem.BLANK))
    if faults:
        raise Invalid(faults)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:  # somebody took the name between the check and the write
        raise Invalid(_faults(account)) from None
    return account


def split_name(display_name: str) -> tuple[str, str]:
    """A display name as first and last name: the first word, and the rest."""
    first, _, last = display_name.partition(" ")
    return first, last.strip()


def change(account: int, **values: object) -> None:
    """Set columns of an account that exists, and let every reader know.

    A display name given alone sets first and last name too, and the other way round.

    :raises Invalid: when a new user name or e-mail address is malformed or taken.
    """
    if faults := [*_identity_faults(account, values)]:
        raise Invalid(faults)
    if "display_name" in values and "first_name" not in values:
        values["first_name"], values["last_name"] = split_name(str(values["display_name"]))
    elif "first_name" in values and "display_name" not in values:
        values["display_name"] = f"{values['first_name']} {values.get('last_name', '')}".strip()
    bump = {} if values.keys() <= VISIBLE_NOWHERE else {"version": F("version") + 1}
    try:
        with transaction.atomic():
            Account.objects.filter(pk=account).update(**values, **bump)
    except IntegrityError:
        raise Invalid(_identity_faults(account, values)) from None


def set_password(account: Account, password: str) -> None:
    account.set_password(password)
    change(account.pk, password=account.password)


def suspend(account: int) -> None:
    """Nobody sees more than a blank card from now on, and the owner is signed out everywhere."""
    change(account, suspended_at=timezone.now())


def unsuspend(account: int) -> None:
    change(account, suspended_at=None)


def _faults(account: Account) -> Iterable[Fault]:
    yield from _identity_faults(account.pk, {"username": account.username, "email": account.email})
    for name in ("display_name", "first_name", "last_name"):
        bound: int = getattr(Account._meta.get_field(name), "max_length", 0)
        if len(getattr(account, name)) > bound:
            yield Fault(name, Problem.TOO_LONG, bound)


def _identity_faults(account: int | None, values: dict[str, object]) -> Iterable[Fault]:
    """What is wrong with a user name and an e-mail address, as far as they are among the values."""
    if "username" in values:
        username = str(values["username"])
        if not username:
            yield Fault("username", Problem.BLANK)
        elif len(username) > 30:
            yield Fault("username", Problem.TOO_LONG, 30)
        elif not USERNAME.fullmatch(username):
            yield Fault("username", Problem.INVALID)
        elif _taken(username, account):
            yield Fault("username", Problem.TAKEN)
    if "email" in values:
        email = str(values["email"])
        if not email:
            yield Fault("email", Problem.BLANK)
        elif not is_email(email):
            yield Fault("email", Problem.INVALID)
        elif _taken(email, account):
            yield Fault("email", Problem.TAKEN)


def is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return len(value) <= 254


def _taken(name_or_email: str, account: int | None) -> bool:
    owner = lookup.local(name_or_email)
    return owner is not None and owner.pk != account
