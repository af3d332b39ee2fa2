"""Reads of accounts: by id, by handle, by e-mail. `follows` decides what a viewer may see."""

import re
from contextlib import suppress

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Expression, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from accounts import domains
from accounts.models import Account
from accounts.refused import Refused
from accounts.searching import fold
from accounts.statements import Statement, given

MAX_ID = 2**31 - 1  # the largest id that a row can have
MOST_WORDS = 16
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # no database takes these, so nobody is called so


class NoSuchAccount(Refused):
    """No account with this id or name."""


def told_by_the_database(error: Exception) -> Exception:
    """`NoSuchAccount` for a write that names somebody who has been deleted since it was checked; else the error."""
    cause = error.__cause__
    known = {getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorname", None)}  # PostgreSQL, SQLite
    gone = isinstance(error, IntegrityError) and known & {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
    return NoSuchAccount() if gone else error


def by_id(account: int | None) -> Account:
    """:raises NoSuchAccount: when there is none; None and what no id can be name nobody."""
    if account is None or not 0 < account <= MAX_ID:
        raise NoSuchAccount
    found = Account.objects.filter(pk=account).first()
    if found is None:
        raise NoSuchAccount
    return found


def confirmed(account: int | None) -> int:
    """The id of an account that others may know of, suspended or not.

    :raises NoSuchAccount: when there is none, or it waits for its confirmation; None names nobody.
    """
    if account is None or not 0 < account <= MAX_ID:
        raise NoSuchAccount
    if not Account.objects.filter(pk=account, unconfirmed=False).exists():
        raise NoSuchAccount
    return account


def for_update(account: int) -> Account:
    """Return the account, and lock its row until the transaction ends.

    :raises NoSuchAccount: when there is none.
    """
    found = Account.objects.select_for_update(no_key=True).filter(pk=account).first()
    if found is None:
        raise NoSuchAccount
    return found


def by_handle(acct: str, local_domain: str) -> int:
    """The id of `alice`, `@alice`, `alice@this.server` or `alice@other.server`, in any letter case.

    :raises NoSuchAccount: when nobody has this handle, or nobody has confirmed it yet.
    """
    username, _, domain = acct.strip().removeprefix("@").partition("@")
    found = _named("handle", username, domains.of_account(domain, local_domain))
    if found is None:
        raise NoSuchAccount
    return found


def local_id(name_or_email: str) -> int | None:
    """The id of the account of this server with this user name, or with this e-mail address."""
    return _named("email" if "@" in name_or_email else "username", name_or_email, "")


def local(name_or_email: str) -> Account | None:
    """The account of this server with this user name, or with this e-mail address."""
    account = local_id(name_or_email)
    return None if account is None else Account.objects.filter(pk=account).first()


def matching(text: str, local_domain: str, at_most: int, *, by_email: bool) -> set[int]:
    """Ids of the accounts that a moderator may mean by a whole `user@domain`, or by a domain, whose newest they are.

    With `by_email` a whole e-mail address means its account, too.
    """
    if UNSTORABLE.search(text):
        return set()
    username, at, domain = text.removeprefix("@").partition("@")
    domain = domains.of_account(domain if at else username, local_domain)
    if at:
        found = [_lowered("username", Value(username)).filter(domain=domain)]
        found += [_lowered("email", Value(domains.of_address(text)))] if by_email else []
    else:
        found = [Account.objects.filter(domain=domain, domain__gt="").order_by("-id")]
    return {account for accounts in found for account in accounts.values_list("pk", flat=True)[:at_most]}


def _lowered(column: str, value: Expression) -> QuerySet[Account]:
    """Without regard to letter case, by the expression that the unique index is on."""
    # The index on e-mail addresses leaves the empty ones out, which the database must be told.
    # It lowers both sides: SQLite knows the letters of ASCII only, and Python would know more.
    return Account.objects.alias(lowered=Lower(column)).filter(lowered=Lower(value)).exclude(**{column: ""})


def _by(column: str, **also: bool) -> Statement[tuple[int]]:
    value = given("value", TextField())
    return Statement(None, lambda _: _lowered(column, value).filter(domain=given("domain"), **also).values_list("pk"))


_NAMED = {"username": _by("username"), "email": _by("email"), "handle": _by("username", unconfirmed=False)}


def _named(kind: str, value: str, domain: str) -> int | None:
    if UNSTORABLE.search(value) or UNSTORABLE.search(domain):
        return None
    value = domains.of_address(value) if kind == "email" else value
    found = _NAMED[kind].first(value=value, domain=domain)
    return found[0] if found else None


def named(end: str, text: str) -> Q:
    """Return a filter: the account at `end`, a foreign key, is the one with this `user@domain`.

    If there is none, it has all the words in its names or bio.
    """
    if "@" in text.strip()[1:]:
        with suppress(NoSuchAccount):
            return Q((end, by_handle(text, settings.LOCAL_DOMAIN)))
    condition = Q()
    for word in fold(text.strip().removeprefix("@")).split()[:MOST_WORDS]:
        columns = (f"{end}__found__{column}__contains" for column in ("handle", "names", "bio"))
        condition &= Q(*((column, word) for column in columns), _connector=Q.OR)
    return condition
