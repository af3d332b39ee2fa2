"""A forgotten password has a page (and the mail of the other door)."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from accounts.models import Account
from tests.compat_twittner.conftest import Twittner
from tests.mail_server import link_in

PAGE = "/auth/password/new"


def test_the_page_is_linked_where_people_look_for_it(client: Client, alice: Account) -> None:
    assert f'href="{PAGE}"' in client.get("/auth/sign_in").content.decode()
    dead = client.get("/auth/new_password/MQ/x-y", follow=True).content.decode()
    assert f'href="{PAGE}"' in dead
    assert client.get("/.well-known/change-password").headers["Location"] == PAGE


def test_a_member_who_is_signed_in_is_led_to_the_settings(client: Client, alice: Account) -> None:
    client.force_login(alice)
    page = client.get("/.well-known/change-password", follow=True)

    assert page.redirect_chain == [("/settings/account", 302)]
    assert 'autocomplete="new-password"' in page.content.decode()


def test_the_page_sends_the_mail_of_the_other_door(client: Client, alice: Account) -> None:
    page = client.post(PAGE, {"email": alice.email}).content.decode()
    Twittner().post("resetpassword", email=alice.email)

    assert "we have sent a link" in page
    ours, theirs = mail.outbox
    link, other = link_in(str(ours.body)), link_in(str(theirs.body))
    assert str(ours.body).replace(link, "") == str(theirs.body).replace(other, "")
    assert (ours.subject, ours.to) == (theirs.subject, theirs.to)


def test_the_link_leads_to_a_new_password(client: Client, alice: Account) -> None:
    client.post(PAGE, {"email": alice.email})
    page = client.get(link_in(str(mail.outbox[0].body)), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": "new secret", "new_password2": "new secret"})

    alice.refresh_from_db()
    assert alice.check_password("new secret")
    assert alice.email_proven_at


def test_an_unknown_address_is_answered_alike(client: Client, alice: Account) -> None:
    known = client.post(PAGE, {"email": alice.email}).content.decode()
    unknown = client.post(PAGE, {"email": "nobody@example.org"}).content.decode()

    assert known.replace(alice.email, "nobody@example.org") == unknown


def test_the_request_looks_nobody_up(
    client: Client, alice: Account, settings: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    monkeypatch.setattr("accounts.mail.outbox.wake", lambda: None)
    for email in (alice.email, "nobody@example.org"):
        with django_assert_num_queries(2) as queries:
            client.post(PAGE, {"email": email})
        assert "accounts_account" not in str(queries.captured_queries)


@pytest.mark.parametrize("email", ["", "nonsense", "a\0@example.org"])
def test_what_is_no_address_is_said(client: Client, db: None, email: str) -> None:
    page = client.post(PAGE, {"email": email})

    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_a_server_without_mail_says_so(client: Client, settings: Any, alice: Account) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""

    page = client.post(PAGE, {"email": alice.email})
    assert page.status_code == 503
    assert "This server cannot send mail" in page.content.decode()


def test_asking_is_limited(client: Client, tmp_path: Path, alice: Account) -> None:
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}):
        statuses = [client.post(PAGE, {"email": f"{n}@example.org"}).status_code for n in range(26)]

    assert statuses == [200] * 25 + [429]
