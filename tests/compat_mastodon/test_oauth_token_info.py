"""What a client may learn of the token it holds, in Doorkeeper's words (mastodon.md §1.7)."""

from typing import Any

import pytest
from django.test import Client

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken
from tests.compat_mastodon.oauth_client import ALL, App, register, signed_in


def info(token: str | None, **query: str) -> Any:
    return Client().get("/oauth/token/info", query, headers={"Authorization": f"Bearer {token}"} if token else {})


def test_a_token_tells_whose_it_is_and_what_for(alice: Account) -> None:
    app = register()
    token = signed_in(alice, app)
    told = {
        "resource_owner_id": alice.pk,
        "scope": ALL.split(),
        "expires_in": None,
        "application": {"uid": app.id},
        "created_at": int(AccessToken.objects.get().created.timestamp()),
    }
    for answer in (info(token), info(None, access_token=token)):
        assert (answer.status_code, answer.json()) == (200, told)
        assert answer["Cache-Control"] == "no-store, no-cache"


def test_a_clients_own_token_is_nobodys(db: None) -> None:
    own = register().token(grant_type="client_credentials").json()["access_token"]
    assert info(own).json()["resource_owner_id"] is None


def revoked(alice: Account, app: App) -> str:
    token = signed_in(alice, app)
    Client().post("/oauth/revoke", app.credentials | {"token": token})
    return token


def of_somebody_suspended(alice: Account, app: App) -> str:
    token = signed_in(alice, app)
    people.suspend(alice.pk)
    return token


@pytest.mark.parametrize("bad", [lambda *_: None, lambda *_: "unknown", revoked, of_somebody_suspended])
def test_a_token_that_opens_nothing_tells_nothing(alice: Account, bad: Any) -> None:
    answer = info(bad(alice, register()))
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "invalid_token", "error_description": "The access token is invalid"},
    )
    assert answer["WWW-Authenticate"] == (
        'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"'
    )
