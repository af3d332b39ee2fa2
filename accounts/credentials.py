"""Signing in with e-mail address and password, for native clients. Sessions are opened in `sessions`."""

from accounts import lookup
from accounts.access import touch
from accounts.models import Account
from accounts.refused import Refused


class WrongCredentials(Refused):
    """No account has this e-mail address and password."""


class SuspendedAccount(Refused):
    """The credentials are right, but the account may not sign in."""


def check(email: str, password: str, address: str | None = None) -> Account:
    """The account with these credentials, as it was before it became active just now.

    :raises WrongCredentials: when there is none.
    :raises SuspendedAccount: when it may not sign in.
    """
    account = lookup.local(email) if "@" in email else None
    if account is None:
        Account().set_password(password)  # an unknown address takes as long as a wrong password
        raise WrongCredentials
    if not account.check_password(password):
        raise WrongCredentials
    if not account.is_active:
        raise SuspendedAccount
    touch(account.pk, account.last_active_at, address)
    return account
