"""An account gets a new e-mail address once somebody opens the link that was sent there."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts import new_email, people
from accounts.credentials import WrongCredentials
from accounts.limits import TooMany
from accounts.models import Account
from accounts.validation import Invalid
from tests.factories import PASSWORD
from tests.mail_server import link_in

NEW = "Alice@new.example"


def ask(account: Account, email: str = NEW, password: str = PASSWORD) -> None:
    new_email.ask(account, email, password, "192.0.2.1")


def link(address: str = NEW) -> str:
    (body,) = [sent.body for sent in mail.outbox if sent.to == [address]]
    return link_in(str(body))


def email_of(account: Account) -> str:
    account.refresh_from_db()
    return account.email


def test_the_address_is_taken_with_the_link_and_proven_by_it(client: Client, alice: Account) -> None:
    ask(alice)
    assert client.get(link()).status_code == 200
    assert email_of(alice) == "alice@example.org"  # programs open links, too

    page = client.post(link())
    assert "is changed" in page.content.decode()
    assert email_of(alice) == NEW
    assert alice.email_proven_at is not None
    assert client.post(link()).status_code == 404  # once


def test_the_old_address_is_told_but_not_the_new_one(alice: Account) -> None:
    ask(alice)
    (told,) = [sent for sent in mail.outbox if sent.to == ["alice@example.org"]]

    assert "somebody who knows your password" in told.body
    assert NEW not in told.body


def test_nothing_is_told_about_addresses_of_others(client: Client, alice: Account, bob: Account) -> None:
    ask(alice, bob.email.upper())

    assert [sent.to for sent in mail.outbox] == [["alice@example.org"]]


def test_the_address_must_be_free_when_the_link_is_opened(client: Client, alice: Account, bob: Account) -> None:
    ask(alice)
    people.change(bob.pk, email=NEW.lower())

    assert client.post(link()).status_code == 404
    assert email_of(alice) == "alice@example.org"


@pytest.mark.parametrize("email", ["", "no address", "alice@example.org", "ALICE@example.org", "a\0b@example.org"])
def test_what_is_no_new_address_is_refused(alice: Account, email: str) -> None:
    with pytest.raises(Invalid):
        ask(alice, email)
    assert not mail.outbox


def test_it_needs_the_password(alice: Account) -> None:
    with pytest.raises(WrongCredentials):
        ask(alice, password="a guess")
    assert not mail.outbox


def test_a_new_password_ends_the_link(client: Client, alice: Account) -> None:
    ask(alice)
    people.reset_password(alice, "another one 42")

    assert client.get(link()).status_code == 404
    assert client.post(link()).status_code == 404


def test_a_link_is_good_for_its_own_address_alone(client: Client, alice: Account, bob: Account) -> None:
    ask(alice)
    ask(bob, "bob@new.example")
    *_, person, _, token = link().split("/")
    *_, address, _ = link("bob@new.example").split("/")

    assert client.post(f"/auth/new_email/{person}/{address}/{token}").status_code == 404
    assert client.post("/auth/new_email/!/!/!").status_code == 404


def test_two_accounts_may_ask_for_one_address_and_the_first_link_wins(
    client: Client, alice: Account, bob: Account
) -> None:
    ask(alice)
    ask(bob)
    first, second = (link_in(str(sent.body)) for sent in mail.outbox if sent.to == [NEW])

    assert client.post(first).status_code == 200
    assert client.post(second).status_code == 404
    assert (email_of(alice), email_of(bob)) == (NEW, "bob@example.org")


def test_it_is_limited(alice: Account, settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {"default": {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}}
    settings.RATE_LIMITS = True
    with time_machine.travel(datetime(2026, 8, 21, 12, 1, tzinfo=UTC), tick=False), pytest.raises(TooMany):
        for number in range(11):
            ask(alice, f"{number}@new.example")
    assert len([sent for sent in mail.outbox if sent.to != [alice.email]]) == 10
