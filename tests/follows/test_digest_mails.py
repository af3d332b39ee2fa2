"""Mails about waiting requests wait in the database until a mail server takes them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.mail import outbox
from accounts.models import Account, Letter
from follows.gate import settings as gate
from follows.models import Gate
from follows.notices import digest
from tests.follows.ledger import by
from tests.follows.test_digest import THURSDAY, carol, clock
from tests.mail_server import Mailbox, mailbox

__all__ = ["carol", "clock"]


@pytest.fixture(autouse=True)
def by_hand(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "127.0.0.1", False, 2
    monkeypatch.setattr(outbox, "wake", lambda: None)


def test_a_crash_while_it_is_made_neither_loses_nor_doubles_it(
    carol: Account, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(THURSDAY)
    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(Letter.objects, "bulk_create", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        digest.send_due()
    assert Gate.objects.get(pk=carol.pk).digest_at <= timezone.now()  # type: ignore[operator]

    assert [digest.send_due(), digest.send_due()] == [1, 0]
    assert Letter.objects.count() == 1


def test_a_crash_while_it_is_sent_does_not_send_it_twice(
    carol: Account, clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(THURSDAY)
    digest.send_due()

    def crash(letter: Letter) -> None:
        send(letter)
        raise KeyboardInterrupt

    with mailbox() as box:
        settings.EMAIL_PORT = box.port
        send = outbox._send
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(outbox, "_send", crash)
            outbox.send_due()
        clock.move_to(THURSDAY + timedelta(hours=3))
        digest.send_due()
        outbox.send_due()
        assert got(box) == 1


def test_a_mail_server_that_puts_it_off_gets_it_again(carol: Account, clock: Any, settings: Any) -> None:
    clock.move_to(THURSDAY)
    digest.send_due()
    with mailbox(refusals=1) as box:
        settings.EMAIL_PORT = box.port
        outbox.send_due()
        assert (got(box), Letter.objects.count()) == (0, 1)
        clock.move_to(THURSDAY + timedelta(minutes=2))
        outbox.send_due()
        assert (got(box), Letter.objects.count()) == (1, 0)


def test_mails_that_somebody_waits_for_keep_their_room(
    carol: Account, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_WAITING", 2)
    outbox.post(Letter.Kind.PASSWORD, carol.email)
    clock.move_to(THURSDAY)
    assert digest.send_due() == 0

    Letter.objects.all().delete()
    assert digest.send_due() == 1


def test_one_that_is_not_wanted_any_more_is_not_sent(carol: Account, clock: Any, settings: Any) -> None:
    clock.move_to(THURSDAY)
    digest.send_due()
    gate.change(carol.pk, by(carol), digest="off")
    with mailbox() as box:
        settings.EMAIL_PORT = box.port
        outbox.send_due()
        assert got(box) == 0


def test_without_a_mail_server_no_turn_is_lost(carol: Account, clock: Any, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    clock.move_to(THURSDAY)

    assert digest.send_due() == 0


def got(box: Mailbox) -> int:
    return len(box.to("carol@example.org"))
