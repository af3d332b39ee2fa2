"""The bearer token of a request, looked up by its checksum in one query.

django-oauth-toolkit issues the tokens; its own authenticator runs a whole OAuth request for each
call, which costs several times what the call itself does.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from accounts.statements import Statement, each, given
from compat_mastodon.models import AccessToken


class Token(NamedTuple):
    """A token's row, with its account's state. Without an account it is the client's own."""

    id: int
    scope: str
    revoked_at: datetime | None
    application: int | None
    account: int | None
    suspended_at: datetime | None
    last_active_at: datetime | None
    unconfirmed: bool
    used_at: datetime


def find(token: str) -> Token | None:
    """The row of a token, revoked or not; None for an unknown one."""
    return _BY_CHECKSUM.first(checksum=hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())


def living(tokens: Collection[int]) -> set[int]:
    """Return those of the tokens that are neither revoked nor of a suspended account. One query."""
    return {row.id for row in _LIVING.rows(tokens=tokens)}


class _Living(NamedTuple):
    id: int


_LIVING: Statement[_Living] = Statement(
    _Living,
    lambda _: AccessToken.objects.filter(
        pk__among=each("tokens"), revoked_at__isnull=True, user__suspended_at__isnull=True
    ).values_list("id"),
)
_BY_CHECKSUM: Statement[Token] = Statement(
    Token,
    lambda _: AccessToken.objects.filter(token_checksum=given("checksum")).values_list(
        *("id", "scope", "revoked_at", "application_id", "user_id", "user__suspended_at", "user__last_active_at"),
        *("user__unconfirmed", "used_at"),
    ),
)
