"""The rules for the values of an account: the faults of a value, and texts as they are stored."""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import domains, lookup
from accounts.models import Account
from accounts.models.joining import MailDomain
from accounts.refused import Refused
from accounts.searching import composed

USERNAME = re.compile(r"[A-Za-z0-9_]{1,30}")
OPERATORS_PASSWORD = range(8, 73)  # characters of a password that an operator or moderator sets
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # with halves of characters


class NameRule(NamedTuple):
    """What a user name may be. `reserved` names, in lower case, look as if they spoke for the server."""

    pattern: re.Pattern[str]
    reserved: frozenset[str]


MEMBERS = NameRule(  # what people may call themselves; Mastodon reserves the same names
    USERNAME, frozenset({"admin", "administrator", "help", "mod", "moderator", "root", "support", "webmaster"})
)
OPERATORS = NameRule(re.compile(r"[A-Za-z0-9_.-]{1,30}"), frozenset())  # what operators may call an account


class Problem(StrEnum):
    """The kinds of faults that a value can have."""

    BLANK = "blank"
    INVALID = "invalid"
    TAKEN = "taken"
    RESERVED = "reserved"
    TOO_LONG = "too long"
    TOO_SHORT = "too short"
    TOO_MANY = "too many"
    NOT_ACCEPTED = "not accepted"
    REFUSED = "refused"


class Fault(NamedTuple):
    """One wrong value: which field, what about it, and the bound that it broke (characters).

    `reason` says it in words where the problem alone would not help.
    """

    field: str
    problem: Problem
    bound: int = 0
    reason: str = ""


class Invalid(Refused):
    """Some values cannot be stored. `faults` says which and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.field} is {fault.problem}" for fault in self.faults))


def clean_text(value: str) -> str:
    """Return a text as it is stored: composed (NFC), trimmed, and without control characters."""
    return composed(CONTROL.sub("", value.replace("\r\n", "\n")).strip())


def faults(
    values: Mapping[str, object], account: int | None = None, *, username_rule: NameRule = MEMBERS
) -> list[Fault]:
    """Return the faults of new values of some columns of `account`; None stands for a new account."""
    return [fault for column, value in values.items() for fault in _faults(column, value, account, username_rule)]


def _faults(column: str, value: object, account: int | None, username_rule: NameRule) -> Iterable[Fault]:
    bound = getattr(Account._meta.get_field(column), "max_length", None) or 0
    if isinstance(value, str) and lookup.UNSTORABLE.search(value):
        yield Fault(column, Problem.INVALID)
    elif column == "email":
        yield from _identity_faults(column, str(value), is_email, account)
    elif bound and isinstance(value, str) and len(value) > bound:
        yield Fault(column, Problem.TOO_LONG, bound)
    elif column == "username":
        yield from _identity_faults(
            column, str(value), username_rule.pattern.fullmatch, account, username_rule.reserved
        )


def _identity_faults(
    column: str,
    value: str,
    well_formed: Callable[[str], object],
    account: int | None,
    reserved: frozenset[str] = frozenset(),
) -> Iterable[Fault]:
    """Return the faults of a user name or e-mail address, which must be present, valid, unused and not reserved."""
    if not value:
        yield Fault(column, Problem.BLANK)
    elif not well_formed(value):
        yield Fault(column, Problem.INVALID)
    elif (holder := lookup.local_id(value)) not in {None, account}:
        yield Fault(column, Problem.TAKEN)
    elif holder is None and value.lower() in reserved:
        yield Fault(column, Problem.RESERVED)
    elif column == "email" and _is_refused(value):
        yield Fault(column, Problem.REFUSED)


def _is_refused(email: str) -> bool:
    """Return True if moderators refuse the domain of this address or a parent domain."""
    labels = domains.of_address(email).rpartition("@")[2].split(".")
    return MailDomain.objects.filter(domain__in=[".".join(labels[n:]) for n in range(len(labels))]).exists()


def is_email(value: str) -> bool:
    """Return True for an address that can be stored. Only its domain may have letters that are not ASCII."""
    stored = domains.of_address(value)
    try:
        validate_email(stored)
    except ValidationError:
        return False
    return stored.isascii() and len(stored) <= 254  # Django takes ſ and K (Kelvin) for s and k
