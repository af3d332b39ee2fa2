"""A forgotten password: the mail, and the page behind its link (twittner.md §2.1)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings

from accounts import people
from accounts.models import Account
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD

Phone = Callable[..., Twittner]


def link_for(phone: Twittner, account: Account) -> str:
    phone.post("resetpassword", email=account.email.upper())
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose(browser: Client, link: str, password: str, again: str | None = None) -> str:
    page = browser.get(link, follow=True)
    form = {"new_password1": password, "new_password2": again or password}
    return browser.post(page.redirect_chain[-1][0], form).content.decode()


def test_the_link_in_the_mail_leads_to_a_new_password(twittner: Phone, client: Client, alice: Account) -> None:
    signed_in = twittner(alice)
    link = link_for(twittner(), alice)
    assert mail.outbox[0].to == [alice.email]

    assert "Your password is changed" in choose(client, link, "new secret")
    assert twittner().post("login", email=alice.email, password="new secret")["code"] == 200
    assert twittner().post("login", email=alice.email, password=PASSWORD)["code"] == 402
    assert signed_in.get("get_priv_settings")["code"] == 401


def test_a_link_works_once(twittner: Phone, client: Client, alice: Account) -> None:
    link = link_for(twittner(), alice)
    choose(client, link, "new secret")

    assert "does not work any more" in Client().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    "link", ["/auth/new_password/MQ/x-y", "/auth/new_password/%00/x", "/auth/new_password/é/set-password"]
)
def test_an_invented_link_does_not_work(client: Client, alice: Account, link: str) -> None:
    page = client.get(link, follow=True)

    assert page.status_code == 200
    assert "does not work any more" in page.content.decode()


@pytest.mark.parametrize(("password", "again"), [("12345", None), ("1" * 21, None), ("secret1", "secret2")])
def test_the_page_takes_what_the_phones_take(
    twittner: Phone, client: Client, alice: Account, password: str, again: str | None
) -> None:
    page = choose(client, link_for(twittner(), alice), password, again)

    assert 'role="alert"' in page
    assert twittner().post("login", email=alice.email, password=PASSWORD)["code"] == 200


def test_the_page_has_no_script_and_tells_its_address_to_no_other_site(
    twittner: Phone, client: Client, alice: Account
) -> None:
    page = client.get(link_for(twittner(), alice), follow=True)

    assert "<script" not in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"


def test_a_suspended_account_gets_no_mail(twittner: Phone, alice: Account) -> None:
    people.suspend(alice.pk)

    assert twittner().post("resetpassword", email=alice.email)["message"] == "Email address is unknown"
    assert not mail.outbox


def test_a_server_may_keep_to_itself_which_addresses_it_knows(twittner: Phone, settings: Any, db: None) -> None:
    settings.TELL_UNKNOWN_EMAIL = False

    assert twittner().post("resetpassword", email="nobody@example.org")["code"] == 200
    assert not mail.outbox


def test_mails_to_one_address_are_a_minute_apart(twittner: Phone, tmp_path: Path, alice: Account) -> None:
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with (
        override_settings(RATE_LIMITS=True, CACHES={"default": file}),
        time_machine.travel("2026-06-21T14:00:00Z", tick=False) as clock,
    ):
        for seconds, mails in ((0, 1), (59, 1), (1, 2)):
            clock.shift(seconds)
            assert twittner().post("resetpassword", email=alice.email)["code"] == 200
            assert len(mail.outbox) == mails


def test_a_server_without_mail_says_so(twittner: Phone, settings: Any, alice: Account) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""

    answer = twittner().post("resetpassword", email=alice.email)
    assert answer == {
        "code": 500,
        "message": "An error occurred while processing your request. Please try again later",
    }
