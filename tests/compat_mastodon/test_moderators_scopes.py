"""The scopes that begin with `admin:`: who can grant them, and when they end."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import people, second_factor
from accounts.models import Account
from compat_mastodon.models import AccessToken
from tests.compat_mastodon.conftest import Mastodon
from tests.compat_mastodon.oauth_client import (
    CALLBACK,
    allow,
    answers,
    browser,
    code_for,
    error_of,
    forms,
    press,
    register,
    signed_in,
    visit,
)
from tests.moderation import Desk

MODERATE = "read admin:read admin:write"
LIST = "/api/v1/admin/accounts"


def test_a_moderator_grants_them_on_the_consent_page(moderator: Account) -> None:
    app = register(scopes=MODERATE)
    page = visit(browser(moderator), **app.ask(scope=MODERATE)).content.decode()

    assert "See accounts and reports as a moderator" in page
    assert "Moderate in your name" in page
    token = app.token(code=code_for(moderator, app, scope=MODERATE)).json()
    assert token["scope"] == MODERATE
    assert Mastodon(token["access_token"]).get(LIST).status_code == 200


def test_a_member_grants_the_rest(alice: Account) -> None:
    app = register(scopes=MODERATE)
    page = visit(browser(alice), **app.ask(scope=MODERATE)).content.decode()

    assert "moderator" not in page
    token = app.token(code=code_for(alice, app, scope=MODERATE)).json()
    assert token["scope"] == "read"


def test_a_member_is_told_that_an_app_is_for_moderators_alone(alice: Account) -> None:
    app = register(scopes="admin:read")
    page = visit(browser(alice), **app.ask(scope="admin:read"))
    assert page.status_code == 400
    assert "Only moderators of this server can sign in to this app." in page.content.decode()

    pressed = browser(alice)
    address, fields = forms(visit(pressed, **register().ask()))[0]
    forged = pressed.post(address, fields | {"client_id": app.id, "scope": "admin:read"})
    assert forged["Location"].startswith(CALLBACK)
    assert answers(forged)["error"] == "access_denied"
    assert not AccessToken.objects.exists()


def test_no_more_is_granted_than_the_page_showed(alice: Account) -> None:
    app = register(scopes=MODERATE)
    client = browser(alice)
    page = visit(client, **app.ask(scope=MODERATE))
    people.change(alice.pk, is_staff=True)

    code = answers(press(client, page))["code"]
    assert app.token(code=code).json()["scope"] == "read"
    assert visit(client, **app.ask(scope=MODERATE)).status_code == 200  # this is asked for anew


def test_a_client_gets_none_for_itself(db: None) -> None:
    app = register(scopes=MODERATE)

    granted = app.token(grant_type="client_credentials", scope=MODERATE, redirect_uri=None).json()
    assert granted["scope"] == "read"
    refused = app.token(grant_type="client_credentials", scope="admin:read", redirect_uri=None)
    assert error_of(refused)[:2] == (400, "invalid_scope")


def test_moderators_set_up_their_second_factor_first(moderator: Account, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = "moderators"
    app = register(scopes=MODERATE)

    for scope in (MODERATE, "admin:read"):
        page = visit(browser(moderator), **app.ask(scope=scope))
        assert (page.status_code, page["Location"]) == (302, "/settings/second_factor")
    assert visit(browser(moderator), **app.ask(scope="read")).status_code == 200
    with pytest.raises(CommandError, match="is not a moderator"):
        call_command("token", "create", "moderator", "--scopes", "admin:read")

    second_factor.SecondFactor.objects.create(account=moderator, key=b"k" * 20, confirmed_at=moderator.created_at)
    token = signed_in(moderator, app, scope=MODERATE)
    assert Mastodon(token).get(LIST).status_code == 200
    second_factor.turn_off(moderator.pk)
    assert Mastodon(token).get(LIST).json() == {"error": "This action is not allowed"}


def test_they_end_when_the_account_is_no_moderator_any_more(moderator: Account, root: Account) -> None:
    app = register(scopes=MODERATE)
    token, plain = signed_in(moderator, app, scope=MODERATE), signed_in(moderator, app, scope="read")
    code = code_for(moderator, app, scope=MODERATE)

    Desk(root).save("accounts_account", moderator.pk, is_staff="", groups=[])
    moderator.refresh_from_db()
    assert not moderator.is_staff
    gone = Mastodon(token).get(LIST)
    assert (gone.status_code, gone.json()) == (401, {"error": "The access token was revoked"})
    assert Mastodon(plain).get("/api/v1/accounts/verify_credentials").status_code == 200
    assert error_of(app.token(code=code))[:2] == (400, "invalid_grant")

    people.change(moderator.pk, is_staff=True)  # what is over stays over
    assert Mastodon(token).get(LIST).status_code == 401
    assert signed_in(moderator, app, scope=MODERATE) != token


def test_a_code_of_somebody_who_was_dismissed_meanwhile_gives_no_token(moderator: Account) -> None:
    app = register(scopes=MODERATE)
    code = code_for(moderator, app, scope=MODERATE)
    Account.objects.filter(pk=moderator.pk).update(is_staff=False)  # past `people`, as a race would be

    assert error_of(app.token(code=code))[:2] == (400, "invalid_grant")


def test_operators_give_them_to_moderators_alone(moderator: Account, alice: Account) -> None:
    out = io.StringIO()
    call_command("token", "create", "moderator", "--scopes", "admin:read", stdout=out)
    assert Mastodon(out.getvalue().strip()).get(LIST).status_code == 200
    with pytest.raises(CommandError, match="alice is not a moderator"):
        call_command("token", "create", "alice", "--scopes", "read admin:read")


def test_a_member_who_signs_up_by_an_app_gets_none(db: None, settings: Any) -> None:
    settings.REGISTRATIONS, settings.REGISTRATIONS_OPEN = "open", True
    app = register(scopes="write admin:write")
    own = app.token(grant_type="client_credentials", scope="write admin:write", redirect_uri=None).json()
    values = {"username": "zoe", "email": "zoe@example.org", "password": "long enough 1", "agreement": True}

    answer = Mastodon(own["access_token"]).post("/api/v1/accounts", values)
    assert answer.status_code == 200, answer.content
    assert AccessToken.objects.get(user__username="zoe").scope == "write"


def test_denying_needs_no_second_look(moderator: Account) -> None:
    app = register(scopes=MODERATE)
    client = browser(moderator)
    denied = press(client, visit(client, **app.ask(scope=MODERATE)), button=1)
    assert answers(denied)["error"] == "access_denied"


def test_allowed_once_they_are_granted_again_without_asking(moderator: Account) -> None:
    app = register(scopes=MODERATE)
    token = signed_in(moderator, app, scope=MODERATE)
    assert signed_in(moderator, app, scope=MODERATE) == token
    assert "code" in answers(allow(moderator, app, scope=MODERATE))
