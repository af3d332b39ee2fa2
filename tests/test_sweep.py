"""`manage.py sweep`: what a stopped server left undone, and what has expired."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform, Session
from follows import graph, opening, relationships


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
    for asker in (alice, bob):
        graph.follow(asker.pk, carol.pk, Actor(asker.pk, "test"))
    monkeypatch.setattr(opening, "AT_ONCE", 0)
    graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False)

    assert "1 accounts opened, 2 requests accepted." in sweep()
    assert all(relationships.one(carol.pk, asker.pk).followed_by for asker in (alice, bob))
