"""One sign-in for the consent page, the members' pages and the admin: by user name or e-mail."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import BooleanField
from django.http import HttpRequest

from accounts import databases, lookup
from accounts.hashers import matches
from accounts.models import Account
from accounts.statements import Statement, given


class NameOrEmail(ModelBackend):
    """Django's own backend, with the account found by name or e-mail among the local ones."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Account | None:
        if not username or password is None:
            return None
        account = lookup.local(username)
        if not matches(account, password) or account is None:
            return None
        may = (
            account.is_active
            or account.may_come_back
            or (account.unconfirmed and account.suspended_at is None)  # the form says what is missing
        )
        return account if may else None

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session. Every page asks for it."""
        found = _BY_ID.first(id=user_id)
        if found is None:
            return None
        values = [
            field.to_python(value) if field in _FLAGS else value for field, value in zip(_FIELDS, found, strict=True)
        ]
        account = Account.from_db(databases.for_read(Account), [field.attname for field in _FIELDS], values)
        return account if self.user_can_authenticate(account) else None


_FIELDS = Account._meta.concrete_fields
_FLAGS = {field for field in _FIELDS if isinstance(field, BooleanField)}  # which SQLite gives as numbers
_BY_ID: Statement[tuple[Any, ...]] = Statement(
    None, lambda _: Account.objects.filter(pk=given("id")).values_list(*(field.attname for field in _FIELDS))
)
