"""One sign-in for the consent page, the members' pages and the admin: by user name or e-mail."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import lookup
from accounts.models import Account


class NameOrEmail(ModelBackend):
    """Django's own backend, with the account found by name or e-mail among the local ones."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Account | None:
        if not username or password is None:
            return None
        account = lookup.local(username)
        if account is None:
            Account().set_password(password)  # an unknown name takes as long as a wrong password
            return None
        may = (
            account.is_active
            or account.may_come_back
            or (account.unconfirmed and account.suspended_at is None)  # the form says what is missing
        )
        return account if account.check_password(password) and may else None
