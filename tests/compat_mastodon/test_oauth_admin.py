"""Clients and tokens in the admin: to look at and to revoke, never to see a secret or to make one up."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from oauth2_provider.models import DeviceGrant, Grant, IDToken, RefreshToken

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from tests.compat_mastodon.oauth_client import register, signed_in

APPLICATIONS, TOKENS = "/admin/compat_mastodon/application/", "/admin/compat_mastodon/accesstoken/"


@pytest.fixture
def moderator(mallory: Account) -> Client:
    Account.objects.filter(pk=mallory.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(mallory)
    return client


def living() -> list[str]:
    tokens = AccessToken.objects.filter(revoked_at=None)
    return sorted(tokens.values_list("application__name", flat=True))


def act(client: Client, path: str, action: str, *chosen: int) -> Any:
    return client.post(path, {"action": action, "_selected_action": chosen}, follow=True)


def test_models_without_a_purpose_here_are_not_in_the_admin() -> None:
    assert not any(admin.site.is_registered(model) for model in (Grant, RefreshToken, IDToken, DeviceGrant))


def test_lists_and_pages_show_no_secret(moderator: Client, alice: Account) -> None:
    app = register(name="Elk")
    token = signed_in(alice, app)
    application, row = Application.objects.get(), AccessToken.objects.get()
    secrets = [app.secret, token, application.client_secret, row.token_checksum, row.nonce]
    for path in (APPLICATIONS, f"{APPLICATIONS}{application.pk}/change/", TOKENS, f"{TOKENS}{row.pk}/change/"):
        page = moderator.get(path)
        assert page.status_code == 200
        html = page.content.decode()
        assert "Elk" in html
        assert not [secret for secret in secrets if secret in html]


@pytest.mark.parametrize("sought", ["лось", "ЛОСЬ", "écran", "ECRAN", "écran  лось", "e\u0301cran"])
def test_an_app_is_found_without_case_and_accents(moderator: Client, alice: Account, sought: str) -> None:
    signed_in(alice, register(name="Écran Лось"))
    signed_in(alice, register(name="Elk"))

    for path in (APPLICATIONS, TOKENS):
        page = moderator.get(path, {"q": sought}).content.decode()
        assert "Écran Лось" in page
        assert "Elk" not in page


@pytest.mark.parametrize("path", [APPLICATIONS, TOKENS])
def test_nothing_is_made_up_by_hand(moderator: Client, path: str) -> None:
    assert moderator.get(f"{path}add/").status_code == 403


def test_a_client_is_neither_changed_nor_deleted(moderator: Client, alice: Account) -> None:
    signed_in(alice, register(name="Elk"))
    elk = Application.objects.get()
    for view in ("change", "delete"):
        answer = moderator.post(f"{APPLICATIONS}{elk.pk}/{view}/", {"post": "yes", "name": "Mine", "scopes": "read"})
        assert answer.status_code == 403
    act(moderator, APPLICATIONS, "delete_selected", elk.pk)
    assert [row.name for row in Application.objects.all()] == ["Elk"]
    assert living() == ["Elk"]


@pytest.mark.parametrize("path", [APPLICATIONS, TOKENS])
def test_a_longer_list_needs_no_more_queries(
    moderator: Client, path: str, alice: Account, django_assert_max_num_queries: Any
) -> None:
    signed_in(alice, register(name="Elk"))
    moderator.get(path)
    with django_assert_max_num_queries(100) as few:
        moderator.get(path)
    queries = len(few)
    for _ in range(5):
        signed_in(alice, register(name="Phanpy"))
    with django_assert_max_num_queries(queries):
        assert moderator.get(path).status_code == 200


def test_a_client_leads_to_its_tokens_in_use(moderator: Client, alice: Account, bob: Account) -> None:
    signed_in(alice, register(name="Elk"))
    signed_in(bob, register(name="Phanpy"))
    page = moderator.get(f"{APPLICATIONS}?q=phan")
    [phanpy] = page.context["cl"].result_list
    address = f"{TOKENS}?q={phanpy.client_id}&state=alive"

    assert address.replace("&", "&amp;") in page.content.decode()
    assert [row.user for row in moderator.get(address).context["cl"].result_list] == [bob]


def test_a_token_is_revoked_and_never_deleted(moderator: Client, alice: Account) -> None:
    signed_in(alice, register(name="Elk"))
    signed_in(alice, register(name="Phanpy"))
    row = AccessToken.objects.get(application__name="Elk")
    assert "Revoked 1 access token." in act(moderator, TOKENS, "revoke", row.pk).content.decode()
    assert living() == ["Phanpy"]
    offered = re.findall(r'aria-label="(Revoke [^"]+)"', moderator.get(TOKENS).content.decode())
    assert offered == ["Revoke Phanpy for alice"]
    assert moderator.get(f"{TOKENS}{row.pk}/delete/").status_code == 403
    act(moderator, TOKENS, "delete_selected", row.pk)
    assert AccessToken.objects.count() == 2


def test_all_tokens_of_a_client_are_revoked_at_once(moderator: Client, alice: Account, bob: Account) -> None:
    elk = register(name="Elk")
    for account in (alice, bob):
        signed_in(account, elk)
    signed_in(alice, register(name="Phanpy"))
    chosen = Application.objects.get(name="Elk").pk
    assert (
        "Revoked all tokens of 1 application." in act(moderator, APPLICATIONS, "revoke_tokens", chosen).content.decode()
    )
    assert living() == ["Phanpy"]


def test_who_may_only_look_revokes_nothing(alice: Account, bob: Account) -> None:
    from django.contrib.auth.models import Permission

    signed_in(alice, register(name="Elk"))
    Account.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename__in=["view_accesstoken", "view_application"]))
    client = Client()
    client.force_login(bob)
    assert client.get(TOKENS).status_code == 200
    act(client, TOKENS, "revoke", AccessToken.objects.get().pk)
    act(client, APPLICATIONS, "revoke_tokens", Application.objects.get().pk)
    assert living() == ["Elk"]


def test_one_finds_tokens_by_account_client_and_state(moderator: Client, alice: Account, bob: Account) -> None:
    signed_in(alice, register(name="Elk"))
    signed_in(bob, register(name="Phanpy"))
    act(moderator, TOKENS, "revoke", AccessToken.objects.get(user=bob).pk)

    def found(query: str) -> tuple[bool, bool]:
        rows = list(moderator.get(f"{TOKENS}?{query}").context["cl"].result_list)
        return tuple(account in [row.user for row in rows] for account in (alice, bob))  # type: ignore[return-value]

    assert found("") == (True, True)
    assert found("q=alice") == (True, False)
    assert found("q=Phanpy") == (False, True)
    assert found("state=alive") == (True, False)
    assert found("state=revoked") == (False, True)
