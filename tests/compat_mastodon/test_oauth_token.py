"""A code, or the client's own credentials, for a token (mastodon.md §1.4)."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import Grant

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from compat_mastodon.oauth import tokens
from compat_mastodon.oauth.tokens import end
from tests.compat_mastodon.oauth_client import (
    CALLBACK,
    CHALLENGE,
    VERIFIER,
    App,
    code_for,
    error_of,
    register,
    signed_in,
)

S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
BAD_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method."
)
BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
    "the authorization request, or was issued to another client."
)


def test_a_code_becomes_a_token(alice: Account) -> None:
    app = register()
    answer = app.token(code=code_for(alice, app))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, no-cache"
    assert answer["Pragma"] == "no-cache"
    token = AccessToken.objects.get()
    body = answer.json()
    assert list(body.items()) == [
        ("access_token", body["access_token"]),
        ("token_type", "Bearer"),
        ("scope", "read write follow push"),
        ("created_at", int(token.created.timestamp())),
    ]
    assert len(body["access_token"]) == 43
    assert (token.user, token.expires.year) == (alice, 9999)


def test_the_token_opens_the_api(alice: Account) -> None:
    client = Client(headers={"Authorization": f"Bearer {signed_in(alice, register())}"})
    assert client.get("/api/v1/accounts/verify_credentials").json()["username"] == "alice"


def test_neither_token_nor_code_is_stored(alice: Account) -> None:
    app = register()
    code = code_for(alice, app)
    assert code not in str(Grant.objects.values().get())
    token = app.token(code=code).json()["access_token"]
    assert token not in str(AccessToken.objects.values().get())


def test_form_json_multipart_and_query_say_the_same(alice: Account) -> None:
    app = register()
    client = Client()

    def params() -> dict[str, str]:
        return app.credentials | {
            "grant_type": "authorization_code",
            "code": code_for(alice, app),
            "redirect_uri": CALLBACK,
        }

    url = "/oauth/token"
    ways = [
        client.post(url, urlencode(params()), content_type="application/x-www-form-urlencoded"),
        client.post(url, params(), content_type="application/json"),
        client.post(url, params()),
        client.post(f"{url}?{urlencode(params())}"),
        client.post(f"{url}?{urlencode(both := params())}", both, content_type="application/json"),
    ]
    assert {way.status_code for way in ways} == {200}
    assert len({way.json()["access_token"] for way in ways}) == 1


def test_the_client_may_use_basic_authentication(alice: Account) -> None:
    app = register()
    answer = Client(headers=app.basic).post(
        "/oauth/token",
        {"grant_type": "authorization_code", "code": code_for(alice, app), "redirect_uri": CALLBACK},
    )
    assert answer.status_code == 200
    named = Client(headers=app.basic).post("/oauth/token", {"grant_type": "client_credentials", "client_id": app.id})
    assert named.status_code == 200


def test_the_client_authenticates_in_one_way_only(db: None) -> None:
    app = register()
    client = Client(headers=app.basic)
    for also in (app.credentials, {"client_id": "another"}):
        answer = client.post("/oauth/token", {"grant_type": "client_credentials"} | also)
        assert error_of(answer) == (
            400,
            "invalid_request",
            "The request utilizes more than one mechanism for authenticating the client.",
        )


@pytest.mark.parametrize("scope", ["push", "admin:write", "admin:nonsense", "nonsense"])
def test_a_scope_sent_with_a_code_is_ignored(alice: Account, scope: str) -> None:
    app = register(scopes="read write")
    answer = app.token(code=code_for(alice, app, scope="write"), scope=scope)
    assert answer.json()["scope"] == "write"


# --- the same token again ---------------------------------------------------------------------------


def test_the_same_client_account_and_scopes_get_the_same_token(alice: Account) -> None:
    app = register()
    first = app.token(code=code_for(alice, app, scope="read write")).json()
    again = app.token(code=code_for(alice, app, scope="write read")).json()
    assert again == first
    assert AccessToken.objects.count() == 1


def test_other_scopes_accounts_and_clients_get_their_own(alice: Account, bob: Account) -> None:
    app, other = register(), register()
    tokens = {
        signed_in(alice, app),
        signed_in(alice, app, scope="read"),
        signed_in(bob, app),
        signed_in(alice, other),
        app.token(grant_type="client_credentials", scope="read write follow push").json()["access_token"],
    }
    assert len(tokens) == 5


def test_after_a_revocation_a_new_one_is_made(alice: Account) -> None:
    app = register()
    first = signed_in(alice, app)
    end(AccessToken.objects.all())
    assert signed_in(alice, app) != first


def test_after_a_change_of_the_secret_key_a_new_one_is_made_and_the_old_one_works_on(
    alice: Account, settings: Any
) -> None:
    app = register()
    first = signed_in(alice, app)
    settings.SECRET_KEY = "another"
    second = signed_in(alice, app)
    assert second != first
    assert signed_in(alice, app) == second
    for token in (first, second):
        client = Client(headers={"Authorization": f"Bearer {token}"})
        assert client.get("/api/v1/accounts/verify_credentials").status_code == 200


# --- errors, in the order in which they are found ----------------------------------------------------


@pytest.mark.parametrize("sent", [{}, {"grant_type": ""}, {"grant_type": " "}])
def test_a_grant_type_is_demanded(db: None, sent: dict[str, str]) -> None:
    answer = Client().post("/oauth/token", sent)
    assert error_of(answer) == (400, "invalid_request", "Missing required parameter: grant_type.")


@pytest.mark.parametrize("grant", ["password", "refresh_token", "implicit", "urn:ietf:params:oauth:grant-type:x"])
def test_there_are_only_two_grants(db: None, grant: str) -> None:
    answer = register().token(grant_type=grant, username="alice", password="open sesame 42")
    assert error_of(answer) == (
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
    )


def test_required_parameters_come_before_the_client(alice: Account) -> None:
    app = register()
    nobody = App("unknown", "wrong")
    assert error_of(nobody.token())[2] == "Missing required parameter: code."
    assert error_of(nobody.token(code="x", redirect_uri=None))[2] == "Missing required parameter: redirect_uri."
    code = code_for(alice, app, **S256)
    assert error_of(nobody.token(code=code))[2] == "Missing required parameter: code_verifier."
    assert error_of(nobody.token(code="x")) == (401, "invalid_client", BAD_CLIENT)


def test_a_client_is_demanded(alice: Account) -> None:
    app = register()
    code = code_for(alice, app)
    for wrong in (
        {"client_id": "unknown"},
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"client_id": None},
        {"client_id": None, "client_secret": None},
    ):
        answer = app.token(code=code, **wrong)
        assert error_of(answer) == (401, "invalid_client", BAD_CLIENT)
        assert answer["WWW-Authenticate"] == (
            f'Bearer realm="Doorkeeper", error="invalid_client", error_description="{BAD_CLIENT}"'
        )
    assert app.token(code=code).status_code == 200


@pytest.mark.parametrize("encode", [quote, quote_plus, lambda text: "".join(f"%{ord(c):02x}" for c in text)])
def test_basic_authentication_may_be_percent_encoded(alice: Account, encode: Any) -> None:
    """RFC 6749 §2.3.1: id and secret are encoded as in a form before they are joined."""
    app = register()
    secret = "a secret+with:100 % ü"
    Application.objects.update(client_secret=tokens.digest(secret))
    header = base64.b64encode(f"{encode(app.id)}:{quote_plus(secret)}".encode()).decode()
    client, form = Client(headers={"Authorization": f"Basic {header}"}), {"grant_type": "client_credentials"}

    assert client.post("/oauth/token", form).status_code == 200
    assert client.post("/oauth/token", form | {"client_id": app.id}).status_code == 200
    assert client.post("/oauth/revoke", {"token": "unknown"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["Basic", "Basic JTAwOiUwMA==", "Basic !!!", "Basic ////", "Basic AAAA", "Basic w6k6eA==", "Basic é"]
)
def test_malformed_basic_authentication_is_no_client(db: None, header: str) -> None:
    answer = Client(headers={"Authorization": header}).post("/oauth/token", {"grant_type": "client_credentials"})
    assert error_of(answer) == (401, "invalid_client", BAD_CLIENT)


def test_a_code_is_good_for_one_client_one_address_and_one_use(alice: Account) -> None:
    app, other = register(f"{CALLBACK} https://b.example/"), register()
    code = code_for(alice, app)
    refused = (400, "invalid_grant", BAD_GRANT)
    assert error_of(app.token(code="unknown")) == refused
    assert error_of(app.token(code="\u00e9")) == refused
    assert error_of(other.token(code=code)) == refused
    assert error_of(app.token(code=code, redirect_uri="https://b.example/")) == refused
    assert error_of(app.token(code=code, code_verifier=VERIFIER)) == refused
    assert app.token(code=code).status_code == 200
    assert error_of(app.token(code=code)) == refused


def test_a_code_lives_for_ten_minutes(alice: Account) -> None:
    with time_machine.travel(datetime(2026, 8, 21, 12, tzinfo=UTC), tick=False) as clock:
        app = register()
        codes = [code_for(alice, app) for _ in range(2)]
        clock.shift(timedelta(seconds=599))
        assert app.token(code=codes[0]).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert error_of(app.token(code=codes[1])) == (400, "invalid_grant", BAD_GRANT)


def test_codes_that_were_never_used_go_with_the_next_one(alice: Account, bob: Account) -> None:
    app = register()
    code_for(alice, app)
    Grant.objects.update(expires=timezone.now())
    code_for(bob, app)
    code_for(alice, app)
    assert sorted(Grant.objects.values_list("user__username", flat=True)) == ["alice", "bob"]
    code_for(alice, app)
    assert Grant.objects.filter(user=alice, expires__gt=timezone.now()).count() == 2


def test_a_challenge_needs_its_verifier(alice: Account) -> None:
    app = register()
    code = code_for(alice, app, **S256)
    assert error_of(app.token(code=code)) == (400, "invalid_request", "Missing required parameter: code_verifier.")
    assert error_of(app.token(code=code, code_verifier=VERIFIER + "x"))[1] == "invalid_grant"
    assert error_of(app.token(code=code, code_verifier=CHALLENGE))[1] == "invalid_grant"
    assert app.token(code=code, code_verifier=VERIFIER).status_code == 200


def test_a_suspended_account_gets_no_token(alice: Account) -> None:
    app = register()
    code = code_for(alice, app)
    people.suspend(alice.pk)
    assert error_of(app.token(code=code)) == (400, "invalid_grant", BAD_GRANT)
    assert not AccessToken.objects.exists()


def test_a_public_client_needs_no_secret(alice: Account) -> None:
    app = register()
    Application.objects.update(client_type=Application.CLIENT_PUBLIC)
    assert app.token(code=code_for(alice, app), client_secret=None).status_code == 200
    assert error_of(app.token(code=code_for(alice, app), client_secret="wrong"))[1] == "invalid_client"


def test_only_post_asks_for_a_token(db: None) -> None:
    assert Client().get("/oauth/token").status_code == 404
