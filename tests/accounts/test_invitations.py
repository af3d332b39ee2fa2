"""Members invite people with links of their own, where the server lets them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import invitations, joining, people
from accounts.models import Account, Invite
from tests.compat_mastodon.oauth_client import browser

PAGE = "/settings/invitations"
WEEK = {"uses": "1", "days": "7"}


@pytest.fixture
def mode(settings: Any) -> Any:
    def change(registrations: str, *, members: bool = True) -> None:
        settings.REGISTRATIONS, settings.MEMBERS_INVITE = registrations, members
        settings.REGISTRATIONS_OPEN = registrations != "closed"

    return change


def post(client: Client, **form: str) -> Any:
    return Client.post(client, PAGE, form | {"csrfmiddlewaretoken": token(client)})


def token(client: Client) -> str:
    client.get(PAGE)
    return str(client.cookies["csrftoken"].value)


def test_a_link_lets_one_person_in_and_is_used_up(alice: Account, mode: Any) -> None:
    mode("invite")
    member = browser(alice)
    assert post(member, **WEEK).status_code == 302
    (invite,) = invitations.of(alice.pk)
    assert invite.address in member.get(PAGE).content.decode()
    assert invite.expires_at
    assert invite.expires_at - timezone.now() > timedelta(days=6)

    eve = joining.join(username="eve", email="eve@example.org", password="open sesame 42", invite_code=invite.code)
    assert eve.invite == invite
    assert invitations.of(alice.pk) == []


def test_a_revoked_link_lets_nobody_in(alice: Account, mode: Any) -> None:
    mode("approval")
    invite = invitations.make(alice.pk, 5, 1)
    assert post(browser(alice), end=str(invite.pk)).status_code == 302

    assert joining.invite(invite.code) is None
    assert invite.address not in browser(alice).get(PAGE).content.decode()


def test_nobody_ends_the_link_of_somebody_else(alice: Account, bob: Account, mode: Any) -> None:
    mode("invite")
    invite = invitations.make(alice.pk, 5, 1)
    for ended in (str(invite.pk), "nonsense", "9" * 30):
        post(browser(bob), end=ended)

    assert joining.invite(invite.code) == invite


def test_a_button_that_is_pressed_twice_makes_one(alice: Account, mode: Any) -> None:
    mode("invite")
    for _ in range(2):
        post(browser(alice), **WEEK)

    assert Invite.objects.count() == 1


def test_the_number_is_bounded(alice: Account, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mode("invite")
    monkeypatch.setattr(invitations, "MOST", 1)
    invitations.make(alice.pk, 5, 1)
    refused = post(browser(alice), **WEEK)

    assert (refused.status_code, Invite.objects.count()) == (422, 1)
    assert "Revoke one first" in refused.content.decode()


@pytest.mark.parametrize(
    "form", [{"uses": "1000", "days": "7"}, {"uses": "1", "days": "9999"}, {"uses": "", "days": "x"}]
)
def test_what_cannot_be_chosen_is_refused(alice: Account, mode: Any, form: dict[str, str]) -> None:
    mode("invite")

    assert post(browser(alice), **form).status_code == 422
    assert not Invite.objects.exists()


@pytest.mark.parametrize(
    ("registrations", "members", "may"),
    [
        ("invite", True, True),
        ("approval", True, True),
        ("invite", False, False),
        ("open", True, False),
        ("closed", True, False),
    ],
)
def test_the_page_is_there_for_those_who_may(
    alice: Account, mode: Any, registrations: str, members: bool, may: bool
) -> None:
    mode(registrations, members=members)
    client = browser(alice)

    assert client.get(PAGE).status_code == (200 if may else 404)
    assert (PAGE in client.get("/settings/language").content.decode()) is may


def test_moderators_may_always(moderator: Account, mode: Any) -> None:
    mode("invite", members=False)

    assert invitations.may_invite(moderator)


def test_the_links_of_a_suspended_account_do_not_work(alice: Account, mode: Any) -> None:
    mode("invite")
    invite = invitations.make(alice.pk, 5, 1)
    people.suspend(alice.pk)
    assert joining.invite(invite.code) is None
    with pytest.raises(joining.Closed):
        joining.join(username="eve", email="eve@example.org", password="open sesame 42", invite_code=invite.code)

    people.unsuspend(alice.pk)
    assert joining.invite(invite.code) == invite
