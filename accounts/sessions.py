"""Sessions of native clients: open, resolve, refresh, close. Tokens are kept only as SHA-256.

Signing out everywhere begins here, too: an API that issues tokens of its own registers a function that ends them.

A token has the alphabet and length that the clients know (twittner.md §4), from the system's
random source. Sessions last a year from their creation.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from accounts import databases, devices, grace
from accounts.access import note_use, touch
from accounts.credentials import SuspendedAccount
from accounts.models import Account, Platform, Session
from accounts.refused import Refused
from accounts.statements import Statement, given

LIFETIME = timedelta(days=365)
MOST_SHOWN = 100
TOKEN_DIGITS, REFRESH_DIGITS = 82, 74


Ending = Callable[[int], object]

_endings: list[Ending] = []


class UnknownToken(Refused):
    """No living refresh token, or its account is gone or suspended."""


class Tokens(NamedTuple):
    """The tokens for the client. `expires` is in Unix seconds."""

    token: str
    refresh_token: str
    expires: int


class Caller(NamedTuple):
    """A living session: its own id and its account's."""

    session: int
    account: int


class _Row(NamedTuple):
    session: int
    account: int
    last_active_at: datetime
    used_at: datetime


class Phone(NamedTuple):
    """A signed-in phone, for its owner. `system` is such as `Android`."""

    id: int
    system: str
    created_at: datetime
    used_at: datetime


def open_session(account: int, platform: Platform) -> Tokens:
    """A new session; the refresh token replaces the account's earlier ones, older phones stay signed in.

    An account that was about to be deleted is kept, see `grace`.

    :raises SuspendedAccount: when the account may not sign in.
    """
    with databases.atomic(Session):
        grace.end(account)
        if not _lock(account):
            raise SuspendedAccount
        Session.objects.filter(account=account).update(refresh_digest=None)
        return _create(account, platform)


def resolve(token: str, address: str | None = None) -> Caller | None:
    """Return the account of a token with a valid session, in one indexed query.

    This also records the activity of the account.
    """
    row = _BY_TOKEN.first(token_digest=_digest(token), now=datetime.now(UTC))
    if row is None:
        return None
    touch(row.account, row.last_active_at, address)
    note_use(Session.objects, row.session, row.used_at)
    return Caller(row.session, row.account)


def refresh(refresh_token: str) -> Tokens:
    """New tokens for old: ends all sessions of the account and opens one.

    :raises UnknownToken: when the token is unknown or used, or the account suspended.
    """
    with databases.atomic(Session):
        session = Session.objects.filter(refresh_digest=_digest(refresh_token))
        account = session.values_list("account", flat=True).first()
        if account is None or not _lock(account) or not session.exists():
            raise UnknownToken
        close_all(account)
        return _create(account, Platform.ANDROID)


def close(session: int) -> bool:
    """Sign one phone out. False if it was signed out already."""
    return bool(Session.objects.filter(pk=session).delete()[0])


def close_own(account: int, session: int) -> bool:
    """Sign one phone of the account out. False if it was signed out already."""
    return bool(Session.objects.filter(account=account, pk=session).delete()[0])


def of(account: int) -> list[Phone]:
    """The phones that are signed in, the newest first."""
    rows = Session.objects.filter(account=account, expires_at__gt=timezone.now()).order_by("-pk")[:MOST_SHOWN]
    return [Phone(row.pk, row.get_platform_display(), row.created_at, row.used_at) for row in rows]


def close_all(account: int) -> None:
    """Sign the account out of every phone."""
    Session.objects.filter(account=account).delete()


def sign_out_phones(account: int) -> None:
    """Sign the account out of every phone, and tell its phone nothing more: it may be somebody else's next."""
    with databases.atomic(Session):
        close_all(account)
        devices.forget(account)


def forget_expired() -> int:
    """Delete the sessions that nobody can use any more; returns how many."""
    return Session.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def register(ending: Ending) -> None:
    """Register `ending(account)`. It is called when an account is signed out everywhere."""
    _endings.append(ending)


def sign_out(account: int) -> None:
    """Sign the account out of every phone and client."""
    with databases.atomic(Session):
        sign_out_phones(account)
        for ending in _endings:
            ending(account)


def _lock(account: int) -> bool:
    """One opening, refresh or suspension of an account at a time. Whether it may sign in."""
    active = Account.objects.select_for_update(no_key=True).filter(pk=account, suspended_at=None, unconfirmed=False)
    return active.values_list("pk").first() is not None


def _create(account: int, platform: Platform) -> Tokens:
    token, refresh_token = (secrets.token_hex(n // 2) for n in (TOKEN_DIGITS, REFRESH_DIGITS))
    expires_at = timezone.now() + LIFETIME
    Session.objects.create(
        account_id=account,
        platform=platform,
        token_digest=_digest(token),
        refresh_digest=_digest(refresh_token),
        expires_at=expires_at,
    )
    return Tokens(token, refresh_token, int(expires_at.timestamp()))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


_BY_TOKEN = Statement(
    _Row,
    lambda _: Session.objects.filter(
        token_digest=given("token_digest"), expires_at__gt=given("now"), account__suspended_at=None
    ).values_list("pk", "account_id", "account__last_active_at", "used_at"),
)
