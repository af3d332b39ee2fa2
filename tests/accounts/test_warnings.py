"""The owner of an account hears by mail that something about signing in was changed, through whichever door."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts import people, second_factor
from accounts.models import Account
from tests.accounts.test_new_email import NEW, ask, link
from tests.accounts.test_second_factor import code_now, send
from tests.compat_mastodon.oauth_client import browser
from tests.factories import PASSWORD

MINE = "alice@example.org"


def told() -> list[tuple[str, str]]:
    """Whom the mails about changes went to, and the change."""
    found = [(sent.to[0], sent.body.partition("Latchkey. ")[2].partition("\n")[0]) for sent in mail.outbox if sent.body]
    return [(address, change) for address, change in found if change]


def test_a_new_password(alice: Account) -> None:
    form = {"old_password": PASSWORD, "new_password1": "another password", "new_password2": "another password"}
    assert send(browser(alice), "/settings/account/password", **form).status_code == 302

    assert told() == [(MINE, "The password of your account was changed.")]
    assert "/auth/password/new" in mail.outbox[0].body
    assert "another password" not in mail.outbox[0].body


def test_a_new_password_by_a_moderator_or_a_command(alice: Account) -> None:
    people.reset_password(alice, None)

    assert told() == [(MINE, "The password of your account was changed.")]


def test_a_new_address_is_told_to_the_old_one(client: Client, alice: Account) -> None:
    ask(alice)
    address = link()
    mail.outbox.clear()
    client.post(address)

    ((to, change),) = told()
    assert (to, change.startswith("The e-mail address of your account was changed.")) == (MINE, True)
    assert NEW not in mail.outbox[0].body


def test_the_second_factor(alice: Account) -> None:
    client = browser(alice)
    second_factor.begin(alice.pk)
    second_factor.confirm(alice.pk, code_now(alice))
    send(client, "/settings/second_factor", do="codes", password=PASSWORD)
    send(client, "/settings/second_factor", do="off", password=PASSWORD)
    send(client, "/settings/second_factor", do="begin", password=PASSWORD)
    second_factor.turn_off(alice.pk)  # it was never on

    assert told() == [
        (MINE, "The second factor of your account was turned on."),
        (MINE, "Your account has new recovery codes. The old ones do not work any more."),
        (MINE, "The second factor of your account was turned off."),
    ]


def test_it_is_told_in_the_language_of_the_owner(alice: Account) -> None:
    people.change(alice.pk, locale="de")
    people.reset_password(alice, "another password")

    assert "Das Passwort deines Kontos wurde geändert." in mail.outbox[0].body


@pytest.mark.parametrize("missing", ["address", "server", "confirmation"])
def test_without_mail_the_change_is_made_all_the_same(alice: Account, settings: Any, missing: str) -> None:
    if missing == "address":
        Account.objects.filter(pk=alice.pk).update(email="")
    elif missing == "confirmation":
        Account.objects.filter(pk=alice.pk).update(unconfirmed=True)
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    people.reset_password(alice, "another password")

    alice.refresh_from_db()
    assert alice.check_password("another password")
    assert not getattr(mail, "outbox", [])
