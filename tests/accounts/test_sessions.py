"""Sessions of native clients: opened, known by their token, renewed, closed."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import people, sessions
from accounts.credentials import SuspendedAccount
from accounts.models import Account, Platform, Session
from accounts.sessions import Caller, UnknownToken


def account_of(token: str) -> int | None:
    caller = sessions.resolve(token)
    return caller.account if caller else None


def test_a_token_names_its_session_and_account(alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)

    session = Session.objects.get()
    assert sessions.resolve(tokens.token) == Caller(session.pk, alice.pk)
    assert session.platform == Platform.IOS
    assert tokens.expires == int(session.expires_at.timestamp())


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "\ud800", "é" * 1000])
def test_other_tokens_name_nobody(alice: Account, token: str) -> None:
    sessions.open_session(alice.pk, Platform.IOS)

    assert sessions.resolve(token) is None
    with pytest.raises(UnknownToken):
        sessions.refresh(token)


def test_tokens_are_not_stored(alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)

    stored = Session.objects.get()
    assert tokens.token.encode() not in bytes(stored.token_digest)
    assert sessions.resolve(bytes(stored.token_digest).hex()) is None


def test_an_older_phone_stays_signed_in_but_only_the_newest_can_renew(alice: Account) -> None:
    old, new = (sessions.open_session(alice.pk, Platform.IOS) for _ in range(2))

    assert account_of(old.token) == account_of(new.token) == alice.pk
    with pytest.raises(UnknownToken):
        sessions.refresh(old.refresh_token)
    assert sessions.refresh(new.refresh_token)


def test_renewing_ends_every_session_of_the_account_and_no_others(alice: Account, bob: Account) -> None:
    old, new = (sessions.open_session(alice.pk, Platform.IOS) for _ in range(2))
    others = sessions.open_session(bob.pk, Platform.IOS)
    renewed = sessions.refresh(new.refresh_token)

    assert [account_of(tokens.token) for tokens in (old, new, renewed, others)] == [None, None, alice.pk, bob.pk]
    with pytest.raises(UnknownToken):
        sessions.refresh(new.refresh_token)


def test_a_session_ends_after_a_year(alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)

    with time_machine.travel(timezone.now() + timedelta(days=364)):
        assert account_of(tokens.token) == alice.pk
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        assert account_of(tokens.token) is None


def test_closing_all_signs_out_every_phone_of_one_account(alice: Account, bob: Account) -> None:
    mine = [sessions.open_session(alice.pk, Platform.IOS) for _ in range(2)]
    others = sessions.open_session(bob.pk, Platform.IOS)
    sessions.close_all(alice.pk)

    assert [account_of(tokens.token) for tokens in (*mine, others)] == [None, None, bob.pk]


def test_a_suspended_account_neither_keeps_nor_opens_a_session(alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)
    people.suspend(alice.pk)

    assert account_of(tokens.token) is None
    with pytest.raises(UnknownToken):
        sessions.refresh(tokens.refresh_token)
    with pytest.raises(SuspendedAccount):
        sessions.open_session(alice.pk, Platform.IOS)
    people.unsuspend(alice.pk)
    assert account_of(tokens.token) is None
    assert sessions.open_session(alice.pk, Platform.IOS)


def test_using_a_session_notes_that_the_account_is_active_every_half_hour(alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)

    def active_after(minutes: int) -> Account:
        with time_machine.travel(alice.last_active_at + timedelta(minutes=minutes), tick=False):
            sessions.resolve(tokens.token, "192.0.2.1")
        return Account.objects.get(pk=alice.pk)

    assert active_after(29).last_active_at == alice.last_active_at
    later = active_after(31)
    assert later.last_active_at > alice.last_active_at
    assert later.last_address == "192.0.2.1"
    assert later.version > alice.version
