"""Signing in with e-mail address and password, and proving it again. Sessions are opened in `sessions`."""

from accounts import attempts, lookup, second_factor
from accounts.access import touch
from accounts.hashers import matches
from accounts.models import Account
from accounts.models.joining import waits_for_approval
from accounts.refused import Refused


class WrongCredentials(Refused):
    """No account has this e-mail address and password."""


class SuspendedAccount(Refused):
    """The credentials are right, but the account may not sign in."""


class Unconfirmed(Refused):
    """The credentials are right, but the e-mail address is not confirmed yet."""


class Unapproved(Refused):
    """The credentials are right, but a moderator has not approved the account yet."""


def check(email: str, password: str, address: str | None = None) -> Account:
    """The account with these credentials, as it was before it became active just now.

    The apps that ask for no code of a second factor get it at the end of the password.

    :raises limits.TooMany: when too many were wrong lately.
    :raises WrongCredentials: when there is none.
    :raises Unconfirmed: when its e-mail address has to be confirmed first.
    :raises Unapproved: when a moderator has to approve it first.
    :raises SuspendedAccount: when it may not sign in.
    """
    if not password:
        raise WrongCredentials  # that was no guess
    account = lookup.local(email) if "@" in email else None
    attempt = attempts.begin(email, account, address, attempts.PHONE)
    code = ""
    if account and second_factor.is_on(account.pk):
        password, code = password[: -second_factor.CODE_LENGTH], password[-second_factor.CODE_LENGTH :]
    if not matches(account, password) or account is None:
        raise WrongCredentials
    if code:
        step = attempts.begin("", account, address, attempts.SECOND_STEP)  # together with those of the page
        try:
            second_factor.use(account.pk, code)
        except second_factor.WrongCode:
            raise WrongCredentials from None
        step.succeeded()
    attempt.succeeded()
    admit(account)
    touch(account.pk, account.last_active_at, address, moved=address not in {None, account.last_address})
    return account


def admit(account: Account) -> None:
    """Let an account in whose owner has been recognized.

    :raises Unconfirmed: when its e-mail address has to be confirmed first.
    :raises Unapproved: when a moderator has to approve it first.
    :raises SuspendedAccount: when it may not sign in.
    """
    if account.unconfirmed and account.suspended_at is None:
        raise Unapproved if waits_for_approval(account) else Unconfirmed
    if not (account.is_active or account.may_come_back):
        raise SuspendedAccount


def confirm(account: Account, password: str, address: str | None = None) -> None:
    """Let the owner of an account prove it before something grave.

    :raises limits.TooMany: when too many were wrong lately.
    :raises WrongCredentials: when this is not the password.
    """
    if not password:
        raise WrongCredentials
    attempt = attempts.begin(account.email, account, address, attempts.PHONE)
    if not account.check_password(password):
        raise WrongCredentials
    attempt.succeeded()
