"""Signing up in a browser and through both APIs, in each mode of the server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.models.joining import Document, Invite, MailDomain, Rule
from tests.compat_mastodon.conftest import Mastodon, app, refusal
from tests.compat_mastodon.oauth_client import forms
from tests.compat_mastodon.test_registration import DORA, PATH
from tests.compat_twittner.conftest import Twittner, twittner
from tests.compat_twittner.test_signup import DAN
from tests.factories import PASSWORD
from tests.mail_server import link_in
from tests.moderation import Desk

__all__ = ["app", "twittner"]

SIGN_UP = "/auth/sign_up"
EVE = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}
App = Callable[..., Mastodon]
PENDING = (403, "Your login is currently pending approval")


@pytest.fixture
def person(db: None) -> Client:
    """Somebody with a browser that insists on CSRF tokens."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def mode(settings: Any) -> Callable[[str], None]:
    def choose(name: str) -> None:
        settings.REGISTRATIONS, settings.REGISTRATIONS_OPEN = name, name != "closed"

    return choose


def ask(person: Client, address: str = SIGN_UP, **values: str) -> Any:
    """Fill in the form of the page, and send it."""
    ((_, hidden), *_) = forms(person.get(address))
    return person.post(address, hidden | EVE | values)


def test_somebody_signs_up_and_is_signed_in(person: Client) -> None:
    answer = ask(person)

    assert answer.status_code == 302
    assert Account.objects.get().check_password(PASSWORD)
    assert "@eve" in person.get("/auth/sign_in").content.decode()


def test_who_came_from_an_app_goes_back_to_its_question(person: Client) -> None:
    assert ask(person, f"{SIGN_UP}?next=/oauth/authorize%3Fclient_id=x")["Location"] == "/oauth/authorize?client_id=x"


def test_a_button_that_is_pressed_twice_makes_one_account(person: Client) -> None:
    ((_, hidden), *_) = forms(person.get(SIGN_UP))
    once, twice = person.post(SIGN_UP, hidden | EVE), Client().post(SIGN_UP, EVE)

    assert once.status_code == twice.status_code == 302
    assert Client().post(SIGN_UP, EVE | {"password": "another 42 one"}).status_code == 422
    Account.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert Client().post(SIGN_UP, EVE).status_code == 422
    assert Account.objects.count() == 1


def test_nobody_is_led_to_another_site(person: Client) -> None:
    assert not ask(person, f"{SIGN_UP}?next=https://evil.example/")["Location"].startswith("http")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"username": "Alice"}, "This is already in use."),
        ({"email": "ALICE@example.org"}, "This is already in use."),
        ({"username": "no blanks"}, "This is not valid."),
        ({"username": "e\0ve"}, "Null characters are not allowed."),
        ({"password": "short"}, "at least 8 characters"),
        ({"email": "nonsense"}, "Enter a valid email address."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(person: Client, alice: Account, changed: Any, told: str) -> None:
    answer = ask(person, **changed)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert Account.objects.count() == 1


def test_the_address_is_confirmed_first_where_that_is_asked_for(person: Client, settings: Any) -> None:
    settings.CONFIRM_EMAIL = True
    assert "Check your mail" in ask(person).content.decode()
    assert sign_in(person) == 200

    person.get(link_in(str(mail.outbox[-1].body)))
    assert sign_in(person) == 302


def sign_in(person: Client) -> int:
    ((_, hidden), *_) = forms(person.get("/auth/sign_in"))
    return person.post("/auth/sign_in", hidden | {"username": "eve", "password": PASSWORD}).status_code


# --- closed -------------------------------------------------------------------------------------------


def test_a_closed_server_takes_nobody_even_with_an_invitation(person: Client, mode: Any) -> None:
    mode("closed")
    code = Invite.objects.create().code

    assert person.get(f"{SIGN_UP}?invite={code}").status_code == 403
    assert person.get("/auth/sign_in").content.decode().count("Sign up") == 0
    assert not Account.objects.exists()


# --- by invitation ------------------------------------------------------------------------------------


def test_an_invitation_lets_as_many_in_as_it_says(person: Client, mode: Any, alice: Account) -> None:
    mode("invite")
    invite = Invite.objects.create(max_uses=1, created_by=alice)
    assert "You need an invitation" in person.get(SIGN_UP).content.decode()
    address = person.get(f"/invite/{invite.code}")["Location"]
    assert "@alice invites you" in person.get(address).content.decode()

    assert ask(person, address).status_code == 302
    assert Account.objects.get(username="eve").invite == invite
    late = Client().get(address)
    assert late.status_code == 403
    assert "does not work any more" in late.content.decode()


@pytest.mark.parametrize("code", ["", "nonsense", "\0"])
def test_without_a_good_invitation_nobody_comes_in(
    mode: Any, app: App, twittner: Callable[..., Twittner], code: str
) -> None:
    mode("invite")
    Invite.objects.create(expires_at=timezone.now() - timedelta(minutes=1), code="over")

    for tried in (code, "over"):
        assert refusal(app().post(PATH, DORA | {"invite_code": tried}))[0] in {400, 403}
        assert twittner().post("signup", **DAN, invite_code=tried)["code"] == 400
    assert not Account.objects.exists()


def test_both_apis_take_an_invitation(mode: Any, app: App, twittner: Callable[..., Twittner]) -> None:
    mode("invite")
    code = Invite.objects.create().code

    assert app().post(PATH, DORA | {"invite_code": code}).status_code == 200
    assert twittner().post("signup", **DAN, invite_code=code)["auth"]["auth_token"]
    assert Invite.objects.get().uses == 2


def test_a_mistake_uses_no_invitation_up(person: Client, mode: Any, alice: Account) -> None:
    mode("invite")
    code = Invite.objects.create(max_uses=1).code

    assert ask(person, f"{SIGN_UP}?invite={code}", username="alice").status_code == 422
    assert Invite.objects.get().uses == 0


# --- what one agrees to -------------------------------------------------------------------------------


def test_rules_and_texts_are_agreed_to_and_served(person: Client) -> None:
    Rule.objects.create(text="Be kind", hint="To everybody", position=2)
    Rule.objects.create(text="No spam", position=1)
    Document.objects.create(kind="terms", text="First.\n\nSecond <b>.")
    Document.objects.create(kind="privacy", text="We keep little.")

    page = person.get(SIGN_UP).content.decode()
    assert page.index("No spam") < page.index("Be kind") < page.index("To everybody")
    assert ask(person).status_code == 422
    assert ask(person, agreement="on").status_code == 302
    assert "<p>Second &lt;b&gt;.</p>" in person.get("/terms").content.decode()
    assert "We keep little." in person.get("/privacy").content.decode()
    assert "Be kind" in person.get("/rules").content.decode()
    api = Mastodon()
    assert [rule["text"] for rule in api.get("/api/v1/instance/rules").json()] == ["No spam", "Be kind"]
    assert api.get("/api/v1/instance").json()["rules"] == api.get("/api/v2/instance").json()["rules"]
    assert api.get("/api/v2/instance").json()["configuration"]["urls"]["privacy_policy"] == "http://testserver/privacy"
    assert api.get("/api/v1/instance/privacy_policy").json()["content"] == "<p>We keep little.</p>"
    assert api.get("/api/v1/instance/terms_of_service").json()["content"].startswith("<p>First.</p>")


def test_without_texts_there_are_no_pages(person: Client) -> None:
    for address in ("/rules", "/terms", "/privacy", "/api/v1/instance/terms_of_service"):
        assert person.get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("name", "enabled", "approval", "invites"),
    [("open", True, False, False), ("approval", True, True, False), ("invite", False, False, True)],
)
def test_clients_hear_of_the_mode(mode: Any, db: None, name: str, enabled: bool, approval: bool, invites: bool) -> None:
    mode(name)
    old, new = Mastodon().get("/api/v1/instance").json(), Mastodon().get("/api/v2/instance").json()

    assert (old["registrations"], old["approval_required"], old["invites_enabled"]) == (enabled, approval, invites)
    assert (new["registrations"]["enabled"], new["registrations"]["approval_required"]) == (enabled, approval)
    assert bool(new["registrations"]["message"]) is invites


@pytest.mark.parametrize("address", ["eve@spam.example", "eve@mail.SPAM.example"])
def test_a_refused_mail_domain(person: Client, app: App, twittner: Callable[..., Twittner], address: str) -> None:
    MailDomain.objects.create(domain="spam.example")

    assert "are refused here" in ask(person, email=address).content.decode()
    told = app().post(PATH, DORA | {"email": address}).json()
    assert told["details"]["email"][0]["error"] == "ERR_BLOCKED"
    assert twittner().post("signup", **DAN | {"email": address})["message"] == "Invalid email address"
    assert not Account.objects.exists()


@pytest.mark.parametrize("sought", ["bücher.example", "@BÜCHER.example.", "xn--bcher-kva", "Kva.Ex"])
def test_a_refused_mail_domain_is_found_by_any_spelling(root: Account, sought: str) -> None:
    desk = Desk(root)
    for domain in ("Bücher.example", "other.example"):
        desk.client.post("/admin/accounts/maildomain/add/", {"domain": domain})

    assert [row.domain for row in desk.rows("accounts_maildomain", q=sought)] == ["xn--bcher-kva.example"]


def test_a_moderator_makes_an_invitation(moderator: Account) -> None:
    desk = Desk(moderator)
    answer = desk.client.post("/admin/accounts/invite/add/", {"note": "Friends", "max_uses": "5"}, follow=True)

    invite = Invite.objects.get()
    assert (invite.created_by, invite.max_uses, len(invite.code)) == (moderator, 5, 10)
    assert invite.address in answer.content.decode()
