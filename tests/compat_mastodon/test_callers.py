"""Who may call: tokens, scopes, and in which order a call is judged (mastodon.md §0.3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from accounts.models.joining import Document
from compat_mastodon.api import Caller
from compat_mastodon.models import AccessToken
from compat_mastodon.urls import VIEWS
from follows import graph
from tests.compat_mastodon.conftest import ALL_SCOPES, Clients, Mastodon, refusal, token_for

REQUESTS = "/api/v1/follow_requests"
INVALID = (401, "The access token is invalid")
REVOKED = (401, "The access token was revoked")
OUTSIDE = (403, "This action is outside the authorized scopes")
NO_USER = (422, "This method requires an authenticated user")
DISABLED = (403, "Your login is currently disabled")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer wrong", "Bearer a b", "x"])
def test_without_a_good_token_nobody_enters(client: Mastodon, db: None, header: str | None) -> None:
    response = client.get(REQUESTS, headers={"Authorization": header} if header is not None else {})

    assert refusal(response) == INVALID
    assert response.headers["Cache-Control"] == "no-store, no-cache"
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"'
    )


@pytest.mark.parametrize("name", ["access_token", "bearer_token"])
def test_a_token_may_come_as_a_parameter(client: Mastodon, alice: Account, name: str) -> None:
    assert client.get(REQUESTS, {name: token_for(alice)}).status_code == 200
    assert refusal(client.get(REQUESTS, {name: "wrong"})) == INVALID


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(client: Mastodon, alice: Account, scheme: str) -> None:
    assert client.get(REQUESTS, headers={"Authorization": f"{scheme} {token_for(alice)}"}).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token"])
def test_a_token_of_another_scheme_is_none(client: Mastodon, alice: Account, scheme: str) -> None:
    response = client.get(REQUESTS, headers={"Authorization": f"{scheme} {token_for(alice)}"})

    assert refusal(response) == INVALID


def test_a_call_notes_that_the_account_and_the_token_are_in_use(mastodon: Clients, alice: Account) -> None:
    client, long_ago = mastodon(alice), timezone.now() - timedelta(hours=1)
    Account.objects.update(last_active_at=long_ago)
    AccessToken.objects.update(used_at=long_ago)

    client.get(REQUESTS)

    assert Account.objects.get().last_active_at > long_ago
    assert AccessToken.objects.get().used_at > long_ago


def test_the_header_goes_before_the_parameter(mastodon: Clients, alice: Account, carol: Account) -> None:
    response = mastodon(alice).get("/api/v1/accounts/verify_credentials", {"access_token": token_for(carol)})

    assert response.json()["username"] == "alice"


def test_a_revoked_token_says_so(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    AccessToken.objects.update(revoked_at=timezone.now())

    response = client.get(REQUESTS)
    assert refusal(response) == REVOKED
    assert 'error_description="The access token was revoked"' in response.headers["WWW-Authenticate"]


def test_a_wrong_scope_names_the_right_ones(mastodon: Clients, alice: Account) -> None:
    response = mastodon(alice, "write").get(REQUESTS)

    assert refusal(response) == OUTSIDE
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="Doorkeeper", error="insufficient_scope", '
        'error_description="Access to this resource requires scope _follow read read:follows_."'
    )


def test_a_clients_own_token_is_no_user(app: Callable[..., Mastodon]) -> None:
    assert refusal(app().get(REQUESTS)) == NO_USER


def test_a_suspended_account_is_signed_out(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    people.suspend(alice.pk)

    assert refusal(client.get(REQUESTS)) == DISABLED
    assert refusal(client.get("/api/v1/instance")) == DISABLED


def test_the_order_of_checks(mastodon: Clients, app: Callable[..., Mastodon], alice: Account, bob: Account) -> None:
    """Token, suspension, scope, user, target, rule: the first that fails is told."""
    unknown, myself = "/api/v1/accounts/4711/follow", f"/api/v1/accounts/{alice.pk}/follow"
    assert refusal(mastodon().post(unknown)) == INVALID
    assert refusal(mastodon(alice, "read").post(unknown)) == OUTSIDE
    assert refusal(app("read").post(unknown)) == OUTSIDE
    assert refusal(app().post(unknown)) == NO_USER
    suspended = mastodon(bob, "read")
    people.suspend(bob.pk)
    assert refusal(suspended.post(unknown)) == DISABLED
    assert refusal(mastodon(alice).post(unknown)) == (404, "Record not found")
    assert refusal(mastodon(alice).post(myself)) == (403, "Following your own account is not allowed")


def test_where_a_token_is_optional(mastodon: Clients, app: Callable[..., Mastodon], alice: Account) -> None:
    """Unknown ones are nobody's, revoked ones and wrong scopes are refused."""
    path = f"/api/v1/accounts/{alice.pk}"
    assert Mastodon("unknown").get(path).status_code == 200
    assert app().get(path).status_code == 200
    assert refusal(mastodon(alice, "write follow").get(path)) == OUTSIDE
    client = mastodon(alice)
    AccessToken.objects.update(revoked_at=timezone.now())
    assert refusal(client.get(path)) == REVOKED


FOR_EVERYBODY = [
    *("v1/instance", "v2/instance", "v1/instance/rules", "v1/instance/peers", "v1/instance/activity"),
    *("v1/instance/extended_description", "v1/instance/privacy_policy", "v1/instance/languages"),
    "v1/instance/terms_of_service",
    *("v1/instance/translation_languages", "v1/custom_emojis", "v1/directory"),
    *("v1/trends", "v1/trends/tags", "v1/trends/statuses", "v1/trends/links"),
]


@pytest.mark.parametrize("path", FOR_EVERYBODY)
def test_a_revoked_token_is_none_for_what_everybody_may_read(
    mastodon: Clients, alice: Account, bob: Account, path: str
) -> None:
    people.change(bob.pk, discoverable=True)
    Document.objects.create(kind="terms", text="Be kind.")
    dead, token = mastodon(alice), token_for(alice)
    AccessToken.objects.update(revoked_at=timezone.now())
    stranger = mastodon().get(f"/api/{path}")

    assert stranger.status_code == 200
    for answer in (dead.get(f"/api/{path}"), mastodon().get(f"/api/{path}", {"access_token": token})):
        assert (answer.status_code, answer.content) == (200, stranger.content)


def test_those_are_all_that_everybody_may_read() -> None:
    found = {name for name, view in VIEWS.items() if getattr(view, "caller", None) is Caller.EVERYBODY}

    assert found == {f"api/{path}" for path in FOR_EVERYBODY}


@pytest.mark.parametrize(
    "path",
    [
        *("accounts/{}", "accounts/lookup?acct=bob", "accounts?id[]={}", "accounts/{}/followers", "tags/tea"),
        *("accounts/{}/following", "accounts/{}/statuses", "accounts/{}/featured_tags", "accounts/{}/endorsements"),
        *("timelines/public", "timelines/tag/tea", "timelines/link", "announcements"),
    ],
)
def test_elsewhere_a_revoked_token_is_refused(mastodon: Clients, alice: Account, bob: Account, path: str) -> None:
    client = mastodon(alice)
    AccessToken.objects.update(revoked_at=timezone.now())

    assert refusal(client.get(f"/api/v1/{path.format(bob.pk)}")) == REVOKED
    assert refusal(client.get("/api/v2/search?q=bob")) == REVOKED


def test_follow_alone_is_not_enough_for_relationships(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice, "follow")

    assert client.get(REQUESTS).status_code == 200
    assert refusal(client.get("/api/v1/accounts/relationships", {"id": bob.pk})) == OUTSIDE
    assert refusal(client.get(f"/api/v1/accounts/{bob.pk}/followers")) == OUTSIDE


def test_parts_of_read_are_not_read(mastodon: Clients, alice: Account) -> None:
    assert refusal(mastodon(alice, "read:follows").get("/api/v1/accounts/verify_credentials")) == OUTSIDE
    assert mastodon(alice, "profile").get("/api/v1/accounts/verify_credentials").status_code == 200


def test_a_refused_call_changes_nothing(mastodon: Clients, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    mastodon(carol, "read").post(f"{REQUESTS}/{alice.pk}/authorize")

    assert mastodon(carol, ALL_SCOPES).get(REQUESTS).json()[0]["id"] == str(alice.pk)
