"""Every write to accounts: sign up, change, suspend, delete. Reads are in `lookup`.

Use `change` for everything that others can see of an account: it increments `version`.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from accounts import attempts, browsers, databases, domains, lookup, markup, moderators, sessions
from accounts.grace import GRACE
from accounts.mail import outbox
from accounts.models import Account, Letter
from accounts.models.joining import Application
from accounts.refused import Refused
from accounts.replicas import positions
from accounts.validation import MEMBERS, Fault, Invalid, NameRule, Problem, clean_text, faults

SIGN_UP = ("username", "email", "display_name", "first_name", "last_name")
MODERATORS = "Moderators"  # the group that may decide follow requests in the admin
TIME_TO_CONFIRM = timedelta(days=7)
# Changes of these leave every rendered account as it was.
VISIBLE_NOWHERE = {"password", "email", "email_proven_at", "locale", "time_zone", "leaves_at"}


class IsLeaving(Refused):
    """The account is being deleted, and nobody can undo that."""


IsKept = Callable[[int], bool]
KeptAmong = Callable[[list[int]], set[int]]

_keeping_suspended: list[IsKept] = []
_keeping_unconfirmed: list[KeptAmong] = []


class Extras(TypedDict, total=False):
    """The values that a new account may begin with, besides its credentials."""

    display_name: str
    first_name: str
    last_name: str
    locked: bool
    unconfirmed: bool
    email_proven_at: datetime | None


def sign_up(
    *,
    username: str,
    email: str,
    password: str,
    staff: bool = False,
    username_rule: NameRule = MEMBERS,
    **extras: Unpack[Extras],
) -> Account:
    """Create an account of this server; with `staff` it is a moderator.

    It can sign in immediately, unless it is `unconfirmed`: then a mail asks for the confirmation, see `outbox`.

    :raises Invalid: when a value is missing, malformed or taken; all faults at once.
    """
    first_name, last_name = extras.get("first_name", ""), extras.get("last_name", "")
    account = Account(
        username=username,
        email=domains.of_address(email),
        display_name=clean_text(extras.get("display_name") or f"{first_name} {last_name}"),
        first_name=clean_text(first_name),
        last_name=clean_text(last_name),
        locked=extras.get("locked", False),
        unconfirmed=extras.get("unconfirmed", False),
        email_proven_at=extras.get("email_proven_at"),
        is_staff=staff,
    )
    values = {column: getattr(account, column) for column in SIGN_UP}
    found = faults(values, username_rule=username_rule)
    if not password:
        found.append(Fault("password", Problem.BLANK))
    if found:
        raise Invalid(found)
    if not (first_name or last_name):
        account.first_name, account.last_name = split_name(account.display_name)
    account.set_password(password)
    try:
        with databases.atomic(Account):
            account.save(force_insert=True)
            if staff:
                account.groups.set(Group.objects.filter(name=MODERATORS))
            if account.unconfirmed:
                outbox.post(Letter.Kind.CONFIRMATION, account.email)
            positions.wrote(account.pk)
    except IntegrityError:  # somebody took the name between the check and the write
        raise Invalid(faults(values, username_rule=username_rule)) from None
    return account


def split_name(display_name: str) -> tuple[str, str]:
    """Split a display name into first and last name: the first word, and the rest."""
    first, _, last = display_name.partition(" ")
    return first, last.strip()


def change(account: int, **values: object) -> None:
    """Set columns of an account, and increment its version.

    A display name alone also sets the first and last name, and vice versa. A new e-mail address is unconfirmed, unless
    `email_proven_at` is given. The accounts that bio and fields mention are stored too.

    :raises Invalid: when a new user name or e-mail address is malformed or taken, or a text too long.
    """
    if "display_name" in values and "first_name" not in values:
        values["first_name"], values["last_name"] = split_name(str(values["display_name"]))
    elif "first_name" in values and "display_name" not in values:
        values["display_name"] = f"{values['first_name']} {values.get('last_name', '')}".strip()
    if "email" in values:
        values["email"] = domains.of_address(str(values["email"]))
    if found := faults(values, account):
        raise Invalid(found)
    values |= _mentioned(values)
    bump = {} if values.keys() <= VISIBLE_NOWHERE else {"version": F("version") + 1}
    try:
        with databases.atomic(Account):
            moves = "email" in values and _is_new_email(account, str(values["email"]))
            if moves:
                values.setdefault("email_proven_at", None)
                outbox.warn(Letter.Kind.EMAIL_MOVED, account)
            Account.objects.filter(pk=account).update(**values, **bump)
            if values.get("is_staff") is False:
                moderators.dismissed(account)
            if moves and settings.CONFIRM_EMAIL and not values["email_proven_at"]:
                outbox.post(Letter.Kind.CONFIRMATION, str(values["email"]))
            positions.wrote(account)
    except IntegrityError:
        raise Invalid(faults(values, account)) from None


def _mentioned(values: Mapping[str, Any]) -> dict[str, object]:
    """Return the columns with the accounts that new texts mention; None for none."""
    columns: dict[str, object] = {}
    if "note" in values:
        columns["note_mentions"] = markup.people_in([values["note"]]) or None
    if "fields" in values:
        columns["fields_mentions"] = markup.people_in(field["value"] for field in values["fields"]) or None
    return columns


def set_password(account: Account, password: str | None) -> None:
    """Set the password; None removes it, and nobody can sign in with one."""
    account.set_password(password)
    with databases.atomic(Account):
        change(account.pk, password=account.password)
        outbox.warn(Letter.Kind.NEW_PASSWORD, account.pk)
    attempts.forget(account)


def reset_password(account: Account, password: str | None) -> None:
    """Set the password for the owner, or after it was forgotten. This also signs the account out everywhere."""
    with databases.atomic(Account):
        set_password(account, password)
        sessions.sign_out(account.pk)


def reset_password_by_mail(account: Account, password: str) -> None:
    """Do as `reset_password`, and confirm the address that got the link.

    Before that, anybody could claim the account, so its social logins are removed.
    """
    with databases.atomic(Account):
        if account.email_proven_at is None:
            account.identities.all().delete()
        reset_password(account, password)
        prove_email(account.pk)


def prove_email(account: int) -> None:
    """Confirm the e-mail address of an account: from now on others can see it, and its owner can use it.

    An account that waits for approval still waits.
    """
    with databases.atomic(Account):
        lookup.for_update(account)
        waits = Application.objects.filter(account=account).exists()
        change(account, email_proven_at=timezone.now(), unconfirmed=waits)


def give_up_email(email: str) -> None:
    """Remove an address that another person confirmed from the account that has not confirmed it."""
    Account.objects.filter(pk=lookup.local_id(email) or 0, email_proven_at=None).update(email="")


def never_confirmed() -> list[int]:
    """Return the accounts whose time to confirm the address is over; not those that wait for a moderator."""
    since = timezone.now() - TIME_TO_CONFIRM
    late = Account.objects.filter(unconfirmed=True, created_at__lt=since)
    unproven = {"email_proven_at": None} if settings.CONFIRM_EMAIL else {"application": None}
    found = list(late.filter(**unproven).values_list("pk", flat=True))
    for kept_among in _keeping_unconfirmed:
        found = sorted(set(found) - kept_among(found)) if found else found
    return found


def keep_unconfirmed(kept_among: KeptAmong) -> None:
    """Register a function that returns the accounts that `never_confirmed` leaves out."""
    _keeping_unconfirmed.append(kept_among)


def suspend(account: int) -> None:
    """Suspend an account: others see only a blank card. Phones are signed out, and nobody can sign in.

    If its owner asked to delete it, it is kept, so that moderators can decide about it.
    """
    with databases.atomic(Account):
        change(account, suspended_at=timezone.now(), leaves_at=None)
        sessions.close_all(account)


def ask_to_leave(account: int) -> datetime:
    """Schedule the deletion of an account, and return its time. Until then, nobody can see or use it.

    Its owner is signed out everywhere, and can sign in to keep it (`grace.end`). A second call changes nothing.

    :raises NoSuchAccount: when there is no such account.
    :raises IsLeaving: when it is being deleted already, or suspended.
    """
    with databases.atomic(Account):
        row = lookup.for_update(account)
        if row.leaves_at:
            return row.leaves_at
        if row.suspended_at:
            raise IsLeaving
        now = timezone.now()
        change(account, suspended_at=now, leaves_at=now + GRACE)
        sessions.sign_out(account)
        browsers.close_all(account)
        with suppress(outbox.NoMailServer):
            outbox.post(Letter.Kind.LEAVING, row.email, account)
        return now + GRACE


def unsuspend(account: int) -> None:
    """Let everybody see the account again.

    :raises IsLeaving: when it is being deleted.
    :raises NoSuchAccount: when there is no such account.
    """
    with databases.atomic(Account):
        lookup.for_update(account)
        if any(is_kept(account) for is_kept in _keeping_suspended):
            raise IsLeaving
        change(account, suspended_at=None, leaves_at=None)


def keep_suspended(is_kept: IsKept) -> None:
    """Register a test for accounts that `unsuspend` refuses. It runs under the lock of their row."""
    _keeping_suspended.append(is_kept)


def _is_new_email(account: int, email: str) -> bool:
    """Compare the address without letter case."""
    old = Account.objects.filter(pk=account).values_list("email", flat=True).first() or ""
    return domains.of_address(old).lower() != email.lower()
