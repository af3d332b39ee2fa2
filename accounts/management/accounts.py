"""Accounts that commands name."""

from django.conf import settings
from django.core.management import CommandError

from accounts import lookup
from accounts.lookup import MAX_ID, NoSuchAccount
from accounts.models import Account

HANDLE = "user name, e-mail address, name@domain, or id"


def any_account(text: str) -> int:
    """The id of the account with this id, handle or e-mail address; of this server also one that nobody confirmed.

    :raises CommandError: when there is none.
    """
    try:
        if text.isdecimal() and (found := Account.objects.filter(pk=min(int(text), MAX_ID)).first()):
            return found.pk
        return lookup.local_id(text) or lookup.by_handle(text, settings.LOCAL_DOMAIN)
    except NoSuchAccount:
        raise CommandError(f"There is no account {text!r}.") from None


def local_account(name: str) -> Account:
    """The account of this server with this user name or e-mail address.

    :raises CommandError: when there is none.
    """
    account = lookup.local(name)
    if account is None:
        raise CommandError(f"There is no account {name!r} on this server.")
    return account
