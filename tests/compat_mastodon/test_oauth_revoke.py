"""A client gives a token back (mastodon.md §1.5)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from tests.compat_mastodon.oauth_client import App, register, signed_in

NOT_YOURS = {
    "error": "unauthorized_client",
    "error_description": "You are not authorized to revoke this token",
}


def revoke(app: App, token: str | None, **changes: Any) -> Any:
    sent = app.credentials | {"token": token} | changes
    return Client().post("/oauth/revoke", {name: value for name, value in sent.items() if value is not None})


def me(token: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/accounts/verify_credentials")


def test_a_revoked_token_opens_nothing_and_says_why(alice: Account) -> None:
    app = register()
    token = signed_in(alice, app)
    answer = revoke(app, token, token_type_hint="access_token")
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert (me(token).status_code, me(token).json()) == (401, {"error": "The access token was revoked"})


def test_form_json_multipart_query_and_basic_say_the_same(alice: Account) -> None:
    app = register()
    url = "/oauth/revoke"

    def params() -> dict[str, str]:
        return app.credentials | {"token": signed_in(alice, app)}

    client = Client()
    for answer in (
        client.post(url, urlencode(params()), content_type="application/x-www-form-urlencoded"),
        client.post(url, params(), content_type="application/json"),
        client.post(url, params()),
        client.post(f"{url}?{urlencode(params())}"),
        Client(headers=app.basic).post(url, {"token": signed_in(alice, app)}),
    ):
        assert (answer.status_code, answer.json()) == (200, {})
        assert not AccessToken.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("token", [None, "", "unknown", "\u00e9"])
def test_what_is_no_token_is_revoked_already(db: None, token: str | None) -> None:
    assert revoke(register(), token).json() == {}


def test_a_token_may_be_revoked_twice_and_keeps_its_moment(alice: Account) -> None:
    app = register()
    token = signed_in(alice, app)
    revoke(app, token)
    moment = AccessToken.objects.get().revoked_at
    assert revoke(app, token).json() == {}
    assert AccessToken.objects.get().revoked_at == moment


def test_another_clients_token_is_not_touched(alice: Account) -> None:
    app = register()
    token = signed_in(alice, app)
    answer = revoke(register(), token)
    assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
    assert me(token).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": None, "client_secret": None},
    ],
)
def test_a_client_that_is_not_known_revokes_nothing(alice: Account, changes: dict[str, Any]) -> None:
    app = register()
    token = signed_in(alice, app)
    answer = revoke(app, token, **changes)
    assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
    assert me(token).status_code == 200


def test_a_public_client_may_leave_the_secret_out(alice: Account) -> None:
    app = register()
    token = signed_in(alice, app)
    Application.objects.update(client_type=Application.CLIENT_PUBLIC)
    assert revoke(app, token, client_secret=None).json() == {}
    assert me(token).status_code == 401


def test_other_tokens_live_on(alice: Account, bob: Account) -> None:
    app = register()
    one, two, three = signed_in(alice, app), signed_in(alice, app, scope="read"), signed_in(bob, app)
    revoke(app, one)
    assert [me(token).status_code for token in (one, two, three)] == [401, 200, 200]
