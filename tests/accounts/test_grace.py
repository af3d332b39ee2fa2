"""Somebody who asks to delete an account has seven days to come back. Signing in keeps it, else it goes for good."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import databases, grace, people, second_factor, sessions
from accounts.access import Actor
from accounts.models import Account, Platform, Session
from accounts.people import IsLeaving
from follows import graph, leaving, leftovers, queries
from tests.accounts.test_second_factor import code_now
from tests.factories import PASSWORD
from tests.mail_server import link_in


def sign_in(client: Client, account: Account, password: str = PASSWORD) -> int:
    return client.post("/auth/sign_in", {"username": account.username, "password": password}).status_code


def exists(account: Account) -> bool:
    return Account.objects.filter(pk=account.pk).exists()


def kept(account: Account) -> bool:
    account.refresh_from_db()
    return account.is_active and account.leaves_at is None


def test_nobody_sees_or_uses_the_account_meanwhile(client: Client, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    phone, browser = sessions.open_session(alice.pk, Platform.IOS), Client()
    browser.force_login(alice)
    leaves_at = people.ask_to_leave(alice.pk)

    assert timedelta(days=6, hours=23) < leaves_at - timezone.now() <= timedelta(days=7)
    assert client.get("/@alice").status_code == 404
    assert queries.pending_count(carol.pk) == 0
    assert sessions.resolve(phone.token) is None
    assert browser.get("/oauth/authorized_applications").status_code == 302
    assert "sign in before that day" in mail.outbox[-1].body


def test_signing_in_on_the_page_keeps_it(client: Client, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    other = Client()
    sign_in(other, alice)
    people.ask_to_leave(alice.pk)

    assert sign_in(client, alice, "a wrong one") == 200
    assert not kept(alice)
    assert sign_in(client, alice) == 302
    assert kept(alice)
    assert client.get("/oauth/authorized_applications").status_code == 200
    assert other.get("/oauth/authorized_applications").status_code == 302  # signed out is signed out
    assert queries.pending_count(carol.pk) == 1


def test_signing_in_with_a_phone_keeps_it(client: Client, alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    said = client.post("/mobile_api/login", {"email": alice.email, "password": PASSWORD}).json()

    assert said["code"] == 200
    assert kept(alice)
    assert sessions.resolve(said["auth"]["auth_token"])


def test_a_forgotten_password_can_be_replaced_and_then_keeps_it(client: Client, alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    client.post("/auth/password/new", {"email": alice.email})
    page = client.get(link_in(str(mail.outbox[-1].body)), follow=True)
    new = "a new one 42"
    client.post(page.redirect_chain[-1][0], {"new_password1": new, "new_password2": new})

    assert not kept(alice)
    assert sign_in(client, alice, new) == 302
    assert kept(alice)


def test_after_seven_days_the_server_deletes_it_for_good(alice: Account, bob: Account) -> None:
    people.ask_to_leave(alice.pk)
    leaving.begin_due()
    assert exists(alice)

    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        out = io.StringIO()
        call_command("sweep", stdout=out)
    assert "1 accounts deleted a week after their owners asked for it" in out.getvalue()
    assert not exists(alice)
    assert exists(bob)


def test_the_serving_process_begins_it(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("follows.background.carry_on", lambda step, account: leaving.finish(account))
    monkeypatch.setattr("accounts.mail.outbox._work", lambda: None)
    people.ask_to_leave(alice.pk)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        leftovers.look()

    assert not exists(alice)


def test_once_it_has_begun_nobody_comes_back(client: Client, alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    Account.objects.filter(pk=alice.pk).update(leaves_at=timezone.now())
    assert leaving.begin_due() == [alice.pk]
    assert leaving.begin_due() == []

    assert sign_in(client, alice) == 200
    with pytest.raises(IsLeaving):
        people.ask_to_leave(alice.pk)


def test_somebody_who_comes_back_at_the_last_moment_is_not_deleted(alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    Account.objects.filter(pk=alice.pk).update(leaves_at=timezone.now())
    with databases.atomic(Account):
        due = grace.over(at_most=1)
        assert grace.end(alice.pk)

    assert due == [alice.pk]
    assert [leaving._begin_due(account) for account in due] == [False]
    assert kept(alice)


def test_a_password_alone_keeps_nothing_where_a_second_factor_is_on(client: Client, alice: Account) -> None:
    second_factor.begin(alice.pk)
    code, *_ = second_factor.confirm(alice.pk, code_now(alice))
    people.ask_to_leave(alice.pk)

    assert sign_in(client, alice) == 302
    assert not kept(alice)
    client.post("/auth/second_step", {"code": code})
    assert kept(alice)


def test_asked_twice_it_goes_at_the_first_time(alice: Account) -> None:
    first = people.ask_to_leave(alice.pk)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert people.ask_to_leave(alice.pk) == first
    assert len(mail.outbox) == 1


def test_moderators_who_suspend_it_keep_it(client: Client, alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    people.suspend(alice.pk)

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert leaving.begin_due() == []
    assert sign_in(client, alice) == 200
    people.unsuspend(alice.pk)
    assert kept(alice)


def test_the_app_of_the_other_door_still_deletes_at_once(client: Client, alice: Account) -> None:
    token = sessions.open_session(alice.pk, Platform.IOS).token
    said = client.post("/mobile_api/delete_account", {"session_id": token, "password": PASSWORD}).json()

    assert said["code"] == 200
    assert not exists(alice)


def test_a_phone_with_no_session_left_does_not_come_back_by_its_refresh_token(client: Client, alice: Account) -> None:
    tokens = sessions.open_session(alice.pk, Platform.IOS)
    people.ask_to_leave(alice.pk)
    client.post("/mobile_api/refresh_access_token", {"refresh_token": tokens.refresh_token})

    assert not kept(alice)
    assert not Session.objects.exists()


def test_moderators_see_it(admin_client: Client, alice: Account) -> None:
    people.ask_to_leave(alice.pk)
    rows = admin_client.get("/admin/accounts/account/?state=leaving").content.decode()

    assert "deleted by its owner, for good on" in rows
    assert "alice" in rows
    assert (
        "alice"
        not in admin_client.get("/admin/accounts/account/?state=suspended").content.decode().split("</thead>")[-1]
    )
    assert admin_client.get(f"/admin/accounts/account/{alice.pk}/change/").status_code == 200
