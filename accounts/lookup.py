"""Reads of accounts: by id, by handle, by e-mail. What a viewer may see is decided in `follows`."""

from datetime import timedelta

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account, Bytewise
from accounts.refused import Refused

MAX_ID = 2**31 - 1


class NoSuchAccount(Refused):
    """No account with this id or name."""


def by_id(account: int | None) -> Account:
    """:raises NoSuchAccount: when there is none; None and what no id can be name nobody."""
    if account is None or not 0 < account <= MAX_ID:
        raise NoSuchAccount
    return _one(Account.objects.filter(pk=account))


def by_handle(acct: str, local_domain: str) -> Account:
    """`alice`, `@alice`, `alice@this.server` or `alice@other.server`, in any letter case.

    :raises NoSuchAccount: when nobody has this handle.
    """
    username, _, domain = acct.strip().removeprefix("@").partition("@")
    domain = domain.lower().removesuffix(".")
    if "\0" in acct:
        raise NoSuchAccount
    return _one(_named("username", username).filter(domain="" if domain == local_domain else domain))


def local(name_or_email: str) -> Account | None:
    """The account of this server with this user name, or with this e-mail address."""
    if "\0" in name_or_email:
        return None
    return _named("email" if "@" in name_or_email else "username", name_or_email).filter(domain="").first()


def matching(text: str, local_domain: str, at_most: int, *, by_email: bool) -> set[int]:
    """Ids of the accounts that a moderator may mean, each way of meaning giving `at_most`.

    The beginning of a user name or display name, in the order of the alphabet; or a whole domain,
    a whole `user@domain`, and with `by_email` a whole e-mail address.
    """
    username, at, domain = text.removeprefix("@").partition("@")
    domain = domain.lower()
    if at:
        found = [_named("username", username).filter(domain="" if domain == local_domain else domain)]
        found += [_named("email", text)] if by_email else []
    else:
        found = [_beginning("username", username), _beginning("display_name", username)]
        found.append(Account.objects.filter(domain=username.lower(), domain__gt="").order_by("-id"))
    return {account for accounts in found for account in accounts.values_list("pk", flat=True)[:at_most]}


def _beginning(column: str, text: str) -> QuerySet[Account]:
    """In any letter case, by an index range that ends at the last of all characters."""
    column_from = Account.objects.alias(bytewise=Bytewise(column)).order_by("bytewise")
    return column_from.filter(bytewise__gte=Lower(Value(text)), bytewise__lt=Lower(Value(f"{text}\U0010ffff")))


def _named(column: str, value: str) -> QuerySet[Account]:
    """Without regard to letter case, by the expression that the unique index is on."""
    # The index on e-mail addresses leaves the empty ones out, which the database must be told.
    return Account.objects.alias(lowered=Lower(column)).filter(lowered=value.lower()).exclude(**{column: ""})


def _one(found: QuerySet[Account]) -> Account:
    account = found.first()
    if account is None:
        raise NoSuchAccount
    return account


def local_count() -> int:
    """How many accounts this server has."""
    return Account.objects.filter(domain="").count()


def active_count(days: int) -> int:
    """How many of them were active within the last `days`."""
    return Account.objects.filter(domain="", last_active_at__gt=timezone.now() - timedelta(days=days)).count()
