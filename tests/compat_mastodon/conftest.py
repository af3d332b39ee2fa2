"""A Mastodon client for the stories: the HTTP client of the test with an account's token."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken, Application

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
ALL_SCOPES = "read write follow push"
pytest.register_assert_rewrite("tests.compat_mastodon.golden_files")  # its differences are shown
NOON = "2026-08-21T12:00:00.250Z"
FORMS = {"/api/v1/accounts", "/api/v1/accounts/update_credentials", "/api/v1/profile"}


class Mastodon(Client):
    """Sends an account's token, and JSON unless told otherwise."""

    def __init__(self, token: str | None = None) -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, data: Any = None, content_type: str = "application/json", **extra: Any) -> Any:
        return super().post(path, data, content_type=content_type, **extra)

    def put(self, path: str, data: Any = None, content_type: str = "application/json", **extra: Any) -> Any:
        return super().put(path, data, content_type=content_type, **extra)

    def delete(self, path: str, data: Any = "", content_type: str = "application/json", **extra: Any) -> Any:
        return super().delete(path, data, content_type=content_type, **extra)

    def patch(self, path: str, data: Any = None, content_type: str = "application/json", **extra: Any) -> Any:
        return super().patch(path, data, content_type=content_type, **extra)


def token_for(account: Account | None, scopes: str = ALL_SCOPES) -> str:
    """A token as the OAuth flow would have left it."""
    application = Application.objects.create(
        name="Story",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="urn:ietf:wg:oauth:2.0:oob",
        scopes=scopes,
    )
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        user=account,
        application=application,
        token="",
        token_checksum=hashlib.sha256(token.encode()).hexdigest(),
        expires=FOREVER,
        scope=scopes,
        nonce=secrets.token_urlsafe(32),
    )
    return token


@pytest.fixture
def mastodon(db: None) -> Callable[..., Mastodon]:
    """`mastodon(alice)` is alice's client, `mastodon(alice, "read")` one with fewer scopes, `mastodon()` nobody's."""

    def client(account: Account | None = None, scopes: str = ALL_SCOPES) -> Mastodon:
        return Mastodon(token_for(account, scopes) if account else None)

    return client


@pytest.fixture
def app(db: None) -> Callable[..., Mastodon]:
    """`app()` is a client that acts for nobody: it sends its own token."""
    return lambda scopes=ALL_SCOPES: Mastodon(token_for(None, scopes))


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands still."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dora(noon: None, db: None) -> Account:
    """A locked account with something in every field, signed up at noon."""
    account = people.sign_up(username="dora", email="dora@example.org", password="x", display_name="Dora Dean")
    people.change(
        account.pk,
        note="Hello\nworld",
        fields=[{"name": "Site", "value": "https://example.org"}],
        locked=True,
        discoverable=True,
        hide_collections=False,
        avatar_description="Dora on a hill",
        header_description="A hill without her",
        source={"privacy": "unlisted", "sensitive": True, "language": "de"},
    )
    account.refresh_from_db()
    return account


@pytest.fixture
def eve(noon: None, db: None) -> Account:
    """Somebody from another server, of whom little is known."""
    return Account.objects.create(username="eve", domain="other.example")


Clients = Callable[..., Mastodon]


def ids(response: Any) -> list[int]:
    """The ids of a list of accounts."""
    assert response.status_code == 200, response.content
    return [int(entity["id"]) for entity in response.json()]


def refusal(response: Any) -> tuple[int, str]:
    """Status and text of an answer that is an error in this dialect's shape; `details` are for forms alone."""
    body, path = response.json(), response.request["PATH_INFO"]
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert body.keys() - ({"details"} if path in FORMS else set()) == {"error"}
    return response.status_code, body["error"]
