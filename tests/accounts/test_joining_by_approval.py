"""Signing up where a moderator approves each request to join."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.models.joining import Application, Invite
from tests.accounts.test_joining import PENDING, SIGN_UP, App, ask, mode, person, sign_in
from tests.compat_mastodon.conftest import Mastodon, app, refusal
from tests.compat_mastodon.test_registration import DORA, PATH
from tests.compat_twittner.conftest import Twittner, twittner
from tests.compat_twittner.test_signup import DAN
from tests.mail_server import link_in
from tests.moderation import Desk

__all__ = ["app", "mode", "person", "twittner"]


def test_a_moderator_reads_why_somebody_wants_to_join_and_lets_them_in(
    person: Client, mode: Any, moderator: Account
) -> None:
    mode("approval")
    assert "A moderator will read your request" in ask(person, reason="Carol told me.").content.decode()
    assert sign_in(person) == 200  # the page says why not
    desk = Desk(moderator)
    assert "1 request to join waiting" in " ".join(desk.client.get("/admin/").content.decode().split())
    assert "Carol told me." in desk.open("accounts_application").content.decode()

    desk.click("accounts_application", "approve", Application.objects.get().pk)
    assert mail.outbox[-1].to == ["eve@example.org"]
    assert "You can sign in now" in str(mail.outbox[-1].body)
    assert sign_in(person) == 302


def test_a_rejection_deletes_the_account_and_is_told(person: Client, mode: Any, moderator: Account) -> None:
    mode("approval")
    ask(person)
    Desk(moderator).click("accounts_application", "reject", Application.objects.get().pk)

    assert not Account.objects.filter(username="eve").exists()
    assert "did not approve" in str(mail.outbox[-1].body)
    ask(person)  # the name is free again
    assert Account.objects.filter(username="eve").exists()


def test_nobody_who_waits_is_seen_or_speaks(mode: Any, app: App, alice: Account) -> None:
    mode("approval")
    dora = Mastodon(app("read write follow").post(PATH, DORA | {"reason": "Hello"}).json()["access_token"])

    assert refusal(dora.get("/api/v1/accounts/verify_credentials")) == PENDING
    assert Mastodon().get("/api/v1/accounts/lookup?acct=dora").status_code == 404
    assert Application.objects.get().reason == "Hello"


def test_a_phone_that_waits_has_no_session(mode: Any, twittner: Callable[..., Twittner]) -> None:
    mode("approval")
    assert "auth" not in twittner().post("signup", **DAN)

    login = twittner().post("login", email=DAN["email"], password=DAN["password"])
    assert (login["code"], login["message"]) == (402, "Account disabled or inactive")


def test_an_invitation_spares_the_approval(person: Client, mode: Any) -> None:
    mode("approval")
    code = Invite.objects.create().code

    assert ask(person, f"{SIGN_UP}?invite={code}").status_code == 302
    assert not Application.objects.exists()


def test_moderators_see_requests_with_a_proven_address_alone(
    person: Client, mode: Any, moderator: Account, settings: Any
) -> None:
    mode("approval")
    settings.CONFIRM_EMAIL = True
    ask(person)
    desk = Desk(moderator)
    assert not desk.rows("accounts_application")

    person.get(link_in(str(mail.outbox[-1].body)))
    assert sign_in(person) == 200
    assert [row.account.username for row in desk.rows("accounts_application")] == ["eve"]


def test_who_waits_for_a_moderator_is_not_swept_away(person: Client, mode: Any) -> None:
    mode("approval")
    ask(person)
    Account.objects.update(created_at=timezone.now() - timedelta(days=30))
    call_command("sweep", verbosity=0)

    assert Account.objects.exists()
