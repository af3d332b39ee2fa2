"""Signing up through a client (mastodon.md §3.5)."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from tests.compat_mastodon.conftest import Clients, Mastodon, refusal

PATH = "/api/v1/accounts"
DORA = {
    "username": "dora",
    "email": "dora@example.org",
    "password": "open sesame",
    "agreement": True,
    "locale": "en",
    "reason": "hello",
}
App = Callable[..., Mastodon]


def test_a_new_account_may_be_used_at_once(app: App) -> None:
    response = app("read write").post(PATH, DORA)

    token = response.json()
    assert response.status_code == 200
    assert token.keys() == {"access_token", "token_type", "scope", "created_at"}
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
    assert response.headers["Cache-Control"] == "no-store, no-cache"
    me = Mastodon(token["access_token"]).get("/api/v1/accounts/verify_credentials").json()
    assert me["username"] == "dora"
    assert Account.objects.get().check_password("open sesame")


def test_there_is_no_mail_to_wait_for(app: App) -> None:
    client = Mastodon(app("read write").post(PATH, DORA).json()["access_token"])

    assert client.get("/api/v1/emails/check_confirmation").json() is True
    assert client.post("/api/v1/emails/confirmations").json() == {}


def test_a_form_is_as_good(app: App) -> None:
    form = "username=dora&email=dora@example.org&password=open+sesame&agreement=1"

    assert app().post(PATH, form, content_type="application/x-www-form-urlencoded").status_code == 200


def test_all_faults_are_told_at_once(app: App, alice: Account) -> None:
    response = app().post(PATH, {"username": "Alice", "email": "nonsense"})

    assert response.status_code == 422
    assert response.json() == {
        "error": "Validation failed: Username has already been taken, Email is invalid, Password can't be blank, "
        "Service agreement must be accepted",
        "details": {
            "username": [{"error": "ERR_TAKEN", "description": "has already been taken"}],
            "email": [{"error": "ERR_INVALID", "description": "is invalid"}],
            "password": [{"error": "ERR_BLANK", "description": "can't be blank"}],
            "agreement": [{"error": "ERR_ACCEPTED", "description": "must be accepted"}],
        },
    }
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"username": ""}, "ERR_BLANK"),
        ({"username": "x y"}, "ERR_INVALID"),
        ({"username": "x" * 31}, "ERR_TOO_LONG"),
        ({"email": ""}, "ERR_BLANK"),
        ({"email": "ALICE@example.org"}, "ERR_TAKEN"),
        ({"password": "short"}, "ERR_TOO_SHORT"),
        ({"password": "x" * 73}, "ERR_TOO_LONG"),
        ({"agreement": "false"}, "ERR_ACCEPTED"),
    ],
)
def test_a_single_fault(app: App, alice: Account, changed: dict[str, Any], error: str) -> None:
    response = app().post(PATH, DORA | changed)

    assert response.status_code == 422
    ((fault,),) = response.json()["details"].values()
    assert fault["error"] == error
    assert "open sesame" not in response.content.decode()


def test_a_token_of_a_person_is_not_enough(mastodon: Clients, alice: Account) -> None:
    assert refusal(mastodon(alice).post(PATH, DORA)) == (
        403,
        "This method requires an client credentials authentication",
    )
    assert refusal(mastodon().post(PATH, DORA)) == (401, "The access token is invalid")


def test_a_client_without_write_may_not(app: App) -> None:
    assert refusal(app("read").post(PATH, DORA)) == (403, "This action is outside the authorized scopes")


def test_a_closed_server_says_so(app: App, settings: Any) -> None:
    settings.REGISTRATIONS_OPEN = False

    assert refusal(app().post(PATH, DORA)) == (403, "Forbidden")
    assert not Account.objects.exists()
