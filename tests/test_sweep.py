"""`manage.py sweep`: what a stopped server left undone, and what has expired."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform, Session
from follows import graph, leaving, opening, relationships
from follows.gate import kept_out, settings
from follows.models import Follow, KeptOut


def sweep() -> str:
    out = io.StringIO()
    call_command("sweep", stdout=out)
    return out.getvalue()


def test_what_has_expired_is_deleted_and_nothing_else(alice: Account) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        sessions.open_session(alice.pk, Platform.IOS)
        Client().force_login(alice)
    tokens, browser = sessions.open_session(alice.pk, Platform.IOS), Client()
    browser.force_login(alice)

    assert "1 expired sessions of phones deleted." in sweep()
    assert (Session.objects.count(), BrowserSession.objects.count()) == (1, 1)
    assert sessions.resolve(tokens.token)
    assert browser.get("/oauth/authorized_applications").status_code == 200


def test_an_opening_that_was_left_is_finished(
    alice: Account, bob: Account, carol: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for requester in (alice, bob):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    monkeypatch.setattr(opening, "AT_ONCE", 0)
    graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False)

    assert "1 unlocked accounts: 2 requests approved." in sweep()
    assert all(relationships.one(carol.pk, requester.pk).followed_by for requester in (alice, bob))


def test_a_deletion_that_was_left_is_finished(alice: Account) -> None:
    leaving.begin(alice.pk, leaving.SERVER)

    assert "1 accounts deleted in all." in sweep()
    assert not Account.objects.filter(pk=alice.pk).exists()


def test_one_account_that_fails_holds_no_other_up(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in (alice, bob):
        leaving.begin(account.pk, leaving.SERVER)
    delete_row = leaving._delete_row

    def fail(account: int) -> bool:
        if account == alice.pk:
            raise RuntimeError("a fault")
        return delete_row(account)

    monkeypatch.setattr(leaving, "_delete_row", fail)
    with pytest.raises(CommandError, match="1 accounts failed"):
        sweep()

    assert list(Account.objects.values_list("pk", flat=True)) == [alice.pk]


def test_requests_that_have_waited_too_long_expire(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    settings.change(carol.pk, Actor(carol.pk, "test"), expire_days=30)
    assert "0 requests have expired." in sweep()

    Follow.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert "1 requests have expired." in sweep()
    assert not relationships.one(alice.pk, carol.pk).requested


def test_a_keeping_out_that_was_left_half_done_is_finished(alice: Account, bob: Account, carol: Account) -> None:
    for requester in (alice, bob):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    kept_out.keep_out(carol.pk, alice.pk, Actor(carol.pk, "test"))
    KeptOut.objects.all().delete()  # as a server that stopped in `let_in`
    Account.objects.filter(pk=bob.pk).update(domain="other.example", email="", password="")
    KeptOut.objects.create(owner=carol, domain="other.example")  # and one that stopped in `keep_server_out`

    sweep()
    assert {edge.follower_id: edge.aside for edge in Follow.objects.all()} == {alice.pk: False, bob.pk: True}
    call_command("recount", "--check", stdout=io.StringIO())
