"""Who the token's owner is (mastodon.md §1.6), what the server can (§1.7), and who may ask from elsewhere (§0.2)."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.oauth import scopes
from tests.compat_mastodon.golden_files import golden
from tests.compat_mastodon.oauth_client import ALL, register, signed_in

EXPOSED = "Link, Mastodon-Async-Refresh, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id"


def with_token(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_userinfo_says_who_the_owner_is(alice: Account) -> None:
    client = with_token(signed_in(alice, register(scopes=f"{ALL} profile"), scope="profile"))
    for answer in (client.get("/oauth/userinfo"), client.post("/oauth/userinfo")):
        assert answer.status_code == 200
        golden("user_info", answer.json(), alice=alice.pk)


def test_userinfo_wants_the_profile_scope_and_an_account(alice: Account) -> None:
    app = register(scopes=f"{ALL} profile")
    assert Client().get("/oauth/userinfo").status_code == 401
    refused = with_token(signed_in(alice, app, scope=ALL)).get("/oauth/userinfo")
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused["WWW-Authenticate"]
    own = app.token(grant_type="client_credentials", scope="profile").json()["access_token"]
    assert with_token(own).get("/oauth/userinfo").status_code == 422


def test_the_server_describes_itself(db: None) -> None:
    answer = Client().get("/.well-known/oauth-authorization-server")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
    golden("authorization_server", answer.json())


def test_every_scope_of_the_reference_is_there() -> None:
    reading = (
        "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses"
    )
    moderating = (
        "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"  # see §1.8
    )
    writing = (
        "accounts blocks bookmarks collections conversations favourites filters follows lists media mutes "
        "notifications reports statuses"
    )
    assert set(scopes.WORDS) == {
        *("read", "write", "follow", "push", "profile"),
        *(f"read:{part}" for part in reading.split()),
        *(f"write:{part}" for part in writing.split()),
        *("admin:read", "admin:write"),
        *(f"admin:{verb}:{part}" for verb in ("read", "write") for part in moderating.split()),
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/api/v1/apps", 422),
        ("get", "/api/v1/accounts/verify_credentials", 401),
        ("get", "/api/v1/nothing", 404),
        ("post", "/oauth/token", 400),
        ("post", "/oauth/revoke", 403),
        ("get", "/oauth/userinfo", 401),
        ("get", "/.well-known/oauth-authorization-server", 200),
        ("get", "/.well-known/nothing", 404),
    ],
)
def test_web_clients_may_read_answers_and_errors(db: None, method: str, path: str, status: int) -> None:
    answer: Any = getattr(Client(), method)(path, headers={"Origin": "https://client.example"})
    assert answer.status_code == status
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Expose-Headers"] == EXPOSED
    assert "Access-Control-Allow-Credentials" not in answer
    assert "origin" in answer["Vary"].lower()


def test_a_preflight_allows_every_method_and_header() -> None:
    answer = Client().options(
        "/api/v1/accounts/1/follow",
        headers={
            "Origin": "https://client.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, x-anything",
        },
    )
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert set(answer["Access-Control-Allow-Methods"].split(", ")) >= {"POST", "PUT", "DELETE", "GET", "PATCH"}
    assert {"*", "Authorization", "Content-Type"} <= set(answer["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize(
    "path",
    ["/oauth/authorize", "/oauth/authorize/native", "/auth/sign_in", "/oauth/authorized_applications", "/admin/"],
)
def test_pages_for_people_are_read_by_nobody_else(db: None, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in Client().get(path, headers={"Origin": "https://client.example"})
