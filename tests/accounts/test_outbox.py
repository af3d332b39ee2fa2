"""Mails are sent behind the answer, by a thread that a mail server cannot hold for long, and survive a restart."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from accounts import people
from accounts.mail import outbox
from accounts.models import Account, Letter
from tests.factories import AccountFactory
from tests.mail_server import Mailbox, mailbox, silent
from tests.threads import wait_for_mails

PASSWORD = Letter.Kind.PASSWORD


@pytest.fixture
def configured(settings: Any, db: None) -> None:
    """A mail server is."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "127.0.0.1", False, 2


@pytest.fixture
def by_hand(configured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent before the story says so."""
    monkeypatch.setattr(outbox, "wake", lambda: None)


@pytest.fixture
def box(by_hand: None, settings: Any) -> Iterator[Mailbox]:
    with mailbox() as box:
        settings.EMAIL_PORT = box.port
        yield box


def test_a_mail_waits_until_it_is_sent_and_is_gone_then(box: Mailbox, alice: Account) -> None:
    outbox.post(PASSWORD, alice.email)

    assert Letter.objects.count() == 1
    assert outbox.send_due() is None
    assert box.link(alice.email).startswith("/auth/new_password/")
    assert not Letter.objects.exists()


def test_a_mail_that_waits_is_not_kept_twice(box: Mailbox, alice: Account) -> None:
    outbox.post(PASSWORD, alice.email)
    outbox.post(PASSWORD, alice.email.upper())

    outbox.send_due()
    assert len(box.mails) == 1


def test_nobody_gets_a_mail_who_is_unknown_or_suspended(box: Mailbox, alice: Account) -> None:
    people.suspend(alice.pk)
    outbox.post(PASSWORD, alice.email)
    outbox.post(PASSWORD, "nobody@example.org")

    assert outbox.send_due() is None
    assert not box.mails


def test_what_a_stopped_server_left_is_sent_by_a_sweep(box: Mailbox, alice: Account) -> None:
    Letter.objects.create(kind=PASSWORD, address=alice.email)
    call_command("sweep")

    assert len(box.mails) == 1


def test_a_mail_that_was_put_off_is_tried_again(by_hand: None, settings: Any, alice: Account) -> None:
    with mailbox(refusals=1) as box:
        settings.EMAIL_PORT = box.port
        outbox.post(PASSWORD, alice.email)
        wait = outbox.send_due()

        assert wait is not None
        assert 0 < wait <= 60
        Letter.objects.update(due_at=timezone.now())
        assert outbox.send_due() is None
        assert len(box.mails) == 1


def test_a_mail_that_could_not_be_sent_for_a_day_is_dropped(box: Mailbox, alice: Account) -> None:
    Letter.objects.create(kind=PASSWORD, address=alice.email, created_at=timezone.now() - timedelta(days=2))

    assert outbox.send_due() is None
    assert not box.mails


def test_the_number_of_waiting_mails_is_bounded(by_hand: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_WAITING", 2)
    for number in range(4):
        outbox.post(PASSWORD, f"{number}@example.org")

    assert Letter.objects.count() == 2


@pytest.mark.parametrize("says", [b"", b"2", b"220-still here\r\n"], ids=["silence", "a drip", "a banner without end"])
def test_a_mail_server_holds_the_thread_no_longer_than_its_timeout(
    by_hand: None, settings: Any, alice: Account, caplog: pytest.LogCaptureFixture, says: bytes
) -> None:
    with silent(says) as port:
        settings.EMAIL_PORT = port
        outbox.post(PASSWORD, alice.email)
        started = time.monotonic()
        wait = outbox.send_due()

    assert wait is not None
    assert time.monotonic() - started < 20  # of 2 seconds, on a busy machine; without the deadline it never ends
    assert Letter.objects.count() == 1
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "example" not in caplog.text
    assert "auth" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_thread_ends_when_nothing_waits(configured: None, settings: Any, alice: Account) -> None:
    with mailbox() as box:
        settings.EMAIL_PORT = box.port
        for mails in (1, 2):
            outbox.post(PASSWORD, alice.email)
            wait_for_mails()

            assert len(box.mails) == mails
            assert "outbox" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("last", ["a mail comes", "the database is away"])
def test_the_thread_looks_once_more(monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    """It does not end beside a mail that comes after its look, or one that it could not see."""
    looks: list[str] = []

    def look() -> None:
        looks.append(last)
        if len(looks) == 1:
            if last == "the database is away":
                raise OperationalError
            outbox.wake()

    monkeypatch.setattr(outbox, "EVERY", 0.01)
    monkeypatch.setattr(outbox, "send_due", look)
    outbox.wake()
    wait_for_mails()

    assert len(looks) == 2


def test_two_processes_send_a_mail_once(box: Mailbox, alice: Account) -> None:
    outbox.post(PASSWORD, alice.email)
    due = Letter.objects.get()

    assert [outbox._claim(due), outbox._claim(due)] == [True, False]


def test_an_address_that_is_proven_needs_no_confirmation(box: Mailbox) -> None:
    account = AccountFactory(unconfirmed=True)
    people.prove_email(account.pk)
    outbox.send_due()

    assert not box.mails
