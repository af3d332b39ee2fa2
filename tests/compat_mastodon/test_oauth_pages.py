"""What people see: signing in and out, the consent page's words, the list of their apps."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.test import Client

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth import scopes
from compat_mastodon.oauth.scopes import Permission
from tests.compat_mastodon.oauth_client import (
    ALL,
    CALLBACK,
    browser,
    code_for,
    forms,
    press,
    register,
    signed_in,
    visit,
)
from tests.factories import PASSWORD, AccountFactory

SIGN_IN = "/auth/sign_in"


def sign_in(username: str, password: str = PASSWORD, **fields: str) -> Any:
    return Client().post(SIGN_IN, {"username": username, "password": password} | fields)


# --- signing in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org"])
def test_one_signs_in_by_name_or_e_mail(alice: Account, name: str) -> None:
    answer = sign_in(name, next="/oauth/authorize?client_id=x")
    assert (answer.status_code, answer["Location"]) == (302, "/oauth/authorize?client_id=x")


def test_without_a_wish_members_come_to_their_requests_and_moderators_to_the_admin(alice: Account) -> None:
    AccountFactory(username="mo", staff=True)
    assert sign_in("alice")["Location"] == "/requests"
    assert sign_in("mo")["Location"] == "/admin/"


def test_moderators_sign_in_on_the_same_page(alice: Account) -> None:
    mo = AccountFactory(username="mo", staff=True)
    page = Client().get("/admin/accounts/account/", follow=True)
    assert unquote(page.redirect_chain[-1][0]) == f"{SIGN_IN}?next=/admin/accounts/account/"
    assert sign_in("mo", next="/admin/accounts/account/")["Location"] == "/admin/accounts/account/"
    assert browser(mo).get("/admin/").status_code == 200
    refused = browser(alice).get("/admin/", follow=True)
    assert "You are signed in as <strong>@alice</strong>" in refused.content.decode()


@pytest.mark.parametrize(
    "wish", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "https:evil.example"]
)
def test_nobody_is_sent_elsewhere(alice: Account, wish: str) -> None:
    assert sign_in("alice", next=wish)["Location"] == "/requests"


def test_a_wrong_name_a_wrong_password_and_a_suspension_look_the_same(alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)

    def page(name: str, password: str) -> str:
        answer = sign_in(name, password)
        assert answer.status_code == 200
        assert settings.SESSION_COOKIE_NAME not in answer.cookies
        (_, fields), *_ = forms(answer)
        return str(answer.content.decode().replace(name, "NAME").replace(fields["csrfmiddlewaretoken"], ""))

    pages = {page("alice", "wrong"), page("nobody", PASSWORD), page("bob", PASSWORD), page("x@example.org", PASSWORD)}
    assert len(pages) == 1
    assert "The name or the password is not right." in pages.pop()


def test_accounts_of_other_servers_do_not_sign_in(alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(domain="other.example", email="", password="")
    assert sign_in("alice").status_code == 200
    assert sign_in("alice@other.example").status_code == 200


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 10_000, "alice@", "@"])
def test_odd_names_are_just_wrong(alice: Account, name: str) -> None:
    assert sign_in(name).status_code == 200


def test_an_e_mail_address_longer_than_a_name_fits_the_field(alice: Account) -> None:
    assert 'maxlength="254"' in Client().get(SIGN_IN).content.decode()


def test_signing_in_needs_the_token_of_its_page(alice: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    fields = forms(page)[0][1] | {"username": "alice", "password": PASSWORD}
    assert client.post(SIGN_IN, fields).status_code == 302
    assert Client(enforce_csrf_checks=True).post(SIGN_IN, fields).status_code == 403


def test_signing_out_ends_the_session_by_its_button_only(alice: Account) -> None:
    client = browser(alice)
    page = client.get("/oauth/authorized_applications")
    assert client.get("/auth/sign_out").status_code == 405
    assert press(client, page, button=-1)["Location"] == SIGN_IN
    assert client.get("/oauth/authorized_applications").status_code == 302


def test_not_you_leads_back_to_the_same_question(alice: Account) -> None:
    client = browser(alice)
    asked = register().ask(state="s")
    page = visit(client, **asked)
    again = press(client, page, button=-1)["Location"]
    assert again == page.wsgi_request.get_full_path()
    assert client.get(again)["Location"].startswith(SIGN_IN)


# --- all pages --------------------------------------------------------------------------------------------


def test_every_page_is_strict_but_lets_the_flow_through(alice: Account) -> None:
    client, app = browser(alice), register()
    for page in (
        Client().get(SIGN_IN),
        visit(Client(), **app.ask()),
        visit(client, **app.ask()),
        visit(client, client_id="unknown"),
        press(client, visit(client, **app.ask(response_mode="form_post"))),
        client.get("/oauth/authorize/native?code=" + "x" * 43),
        client.get("/oauth/authorized_applications"),
        client.post("/oauth/authorize"),
    ):
        policy = page["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action" not in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert page["X-Frame-Options"] == "DENY"
        assert "no-store" in page["Cache-Control"]
        html = page.content.decode().lower()
        assert "<script" not in html
        assert "style=" not in html
        assert " onclick" not in html


def test_what_a_client_calls_itself_is_no_markup(alice: Account) -> None:
    app = register(name="<script>alert(1)</script>")
    html = visit(browser(alice), **app.ask()).content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_consent_page_says_who_asks_where_it_goes_and_what_for(alice: Account) -> None:
    app = register(f"{CALLBACK} https://good.example@evil.example/ app:/", name="Elk")
    client = browser(alice)
    html = visit(client, **app.ask(scope="read push")).content.decode()
    assert "Elk" in html
    assert "client.example" in html
    assert "@alice" in html
    assert scopes.WORDS["read"] in html
    assert scopes.WORDS["push"] in html
    assert scopes.WORDS["write"] not in html
    disguised = visit(client, **app.ask(redirect_uri="https://good.example@evil.example/")).content.decode()
    assert "<bdi>evil.example</bdi>" in disguised
    assert "the app on this device" in visit(client, **app.ask(redirect_uri="app:/")).content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("read write follow push", ["read", "write", "push"]),
        ("write:follows read:accounts read:follows", ["read:accounts", "read:follows", "write:follows"]),
        ("read read:accounts profile", ["read"]),
        ("follow", ["follow"]),
        ("profile", ["profile"]),
    ],
)
def test_a_part_of_what_is_told_is_not_told_again(asked: str, told: list[str]) -> None:
    assert [permission.words for permission in scopes.in_words(asked.split())] == [scopes.WORDS[t] for t in told]


def test_seeing_changing_and_notifying_look_different() -> None:
    kinds = {scope: kind for scope in scopes.WORDS for kind, _ in scopes.in_words([scope])}
    assert kinds["read:blocks"] == kinds["profile"] == "see"
    assert kinds["write:blocks"] == kinds["follow"] == "change"
    assert kinds["push"] == "notify"
    assert all(isinstance(permission, Permission) for permission in scopes.in_words(scopes.WORDS))


# --- one's apps -------------------------------------------------------------------------------------------


def test_my_apps_are_listed_once_each_with_all_that_they_may(alice: Account, bob: Account) -> None:
    elk, phanpy, others = register(name="Elk"), register(name="Phanpy"), register(name="Others")
    signed_in(alice, elk, scope="read")
    signed_in(alice, elk, scope="push")
    signed_in(alice, phanpy)
    signed_in(bob, others)
    html = browser(alice).get("/oauth/authorized_applications").content.decode()
    assert html.count(">Elk</h2>") == html.count(">Phanpy</h2>") == 1
    assert "Others" not in html
    assert scopes.WORDS["push"] in html


def test_without_apps_the_page_says_so(alice: Account) -> None:
    assert "No app may use your account" in browser(alice).get("/oauth/authorized_applications").content.decode()


def test_taking_access_back_ends_all_tokens_and_codes_of_the_app(alice: Account, bob: Account) -> None:
    app = register(name="Elk")
    signed_in(alice, app)
    signed_in(alice, app, scope="read")
    signed_in(bob, app)
    code = code_for(alice, app, scope="push")
    client = browser(alice)
    answer = press(client, client.get("/oauth/authorized_applications"))
    assert answer["Location"] == "/oauth/authorized_applications"
    page = client.get(answer["Location"]).content.decode()
    assert "can no longer use your account" in page
    assert ">Elk</h2>" not in page
    assert list(AccessToken.objects.filter(revoked_at=None).values_list("user__username", flat=True)) == ["bob"]
    assert app.token(code=code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "2147483647"])
def test_an_app_that_is_not_there_cannot_be_taken_back(alice: Account, number: str) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.delete(f"/oauth/authorized_applications/{number}")
    assert answer.status_code == (302 if number == "2147483647" else 404)


def test_my_apps_are_mine_alone(alice: Account, bob: Account) -> None:
    signed_in(alice, register())
    number = AccessToken.objects.get().application_id
    client = Client()
    client.force_login(bob)
    client.post(f"/oauth/authorized_applications/{number}", {"_method": "delete"})
    assert AccessToken.objects.get().revoked_at is None
    assert Client().get("/oauth/authorized_applications")["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("path", ["", "/", "/new", "/1/edit"])
def test_there_is_no_page_for_making_apps(alice: Account, path: str) -> None:
    for client in (Client(), browser(alice)):
        assert client.get(f"/oauth/applications{path}").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_apps(alice: Account, django_assert_num_queries: Any) -> None:
    client = browser(alice)
    for _ in range(3):
        signed_in(alice, register(scopes=ALL))
    with django_assert_num_queries(3):  # session, account, tokens with their applications
        client.get("/oauth/authorized_applications")
