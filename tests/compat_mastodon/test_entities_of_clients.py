"""What clients are told about themselves and their tokens, to the letter (mastodon.md §1, §4.7, §4.8)."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.push import webpush
from tests.compat_mastodon import reference_server as reference
from tests.compat_mastodon.conftest import Mastodon
from tests.compat_mastodon.golden_files import check, golden
from tests.compat_mastodon.oauth_client import OOB, App, code_for, register

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
NAMED = {
    "client_name": "Reader",
    "redirect_uris": f"https://client.example/cb app://reader {OOB}",
    "scopes": "read write",
    "website": "https://client.example",
}
PLAIN = {"client_name": "Plain", "redirect_uris": OOB}

pytestmark = pytest.mark.usefixtures("noon", "db")


@pytest.fixture
def registered() -> list[dict[str, Any]]:
    """A client that says all about itself, and one that says what it must."""
    return [Client().post("/api/v1/apps", sent).json() for sent in (NAMED, PLAIN)]


def own_token(registration: dict[str, Any]) -> dict[str, Any]:
    app = App(registration["client_id"], registration["client_secret"])
    return app.token(grant_type="client_credentials").json()


def test_credential_application(registered: list[dict[str, Any]]) -> None:
    varying = {name: registered[0][name] for name in ("id", "client_id", "client_secret")}

    golden("credential_application", registered[0], **varying, vapid_key=webpush.public_key())
    check(reference.CredentialApplication, *registered)
    assert all(SECRET.fullmatch(varying[name]) for name in ("client_id", "client_secret"))


def test_application(registered: list[dict[str, Any]]) -> None:
    tokens = [own_token(registration)["access_token"] for registration in registered]
    told = [Mastodon(token).get("/api/v1/apps/verify_credentials").json() for token in tokens]

    golden("application", told[0], id=registered[0]["id"], vapid_key=webpush.public_key())
    check(reference.Application, *told)


def test_token(alice: Account, registered: list[dict[str, Any]]) -> None:
    """Of the client itself, of who let it in, and of who signed up with it."""
    app, own = register(), own_token(registered[0])
    alices = app.token(code=code_for(alice, app)).json()
    form = {"username": "new", "email": "new@example.org", "password": "open sesame", "agreement": True}
    writer = register(scopes="write").token(grant_type="client_credentials", scope="write").json()["access_token"]
    new = Mastodon(writer).post("/api/v1/accounts", form).json()

    golden("token", alices, access_token=alices["access_token"])
    check(reference.Token, own, alices, new)
    assert all(SECRET.fullmatch(token["access_token"]) for token in (own, alices, new))


def test_token_info(alice: Account) -> None:
    app = register()
    alices = app.token(code=code_for(alice, app)).json()["access_token"]
    own = app.token(grant_type="client_credentials").json()["access_token"]
    told, of_nobody = (Mastodon(token).get("/oauth/token/info").json() for token in (alices, own))

    golden("token_info", told, alice=alice.pk, client_id=app.id)
    check(reference.TokenInfo, told, of_nobody, never={"expires_in not null"})
