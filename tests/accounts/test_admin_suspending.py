"""Suspending in the admin, and what moderators may do to whom."""

import pytest
from django.test import Client

from accounts import people, sessions
from accounts.models import Account, Platform
from follows import leaving
from tests.accounts.test_admin_accounts import ACCOUNTS, desk, fresh, manager
from tests.factories import PASSWORD
from tests.moderation import Desk

__all__ = ["desk", "manager"]


def test_suspending_signs_the_account_out_everywhere(desk: Desk, alice: Account) -> None:
    phone = sessions.open_session(alice.pk, Platform.IOS)
    browser = Desk(alice).client
    people.change(alice.pk, is_staff=True)
    assert browser.get("/admin/").status_code == 200

    assert desk.act(ACCOUNTS, "suspend", alice.pk) == ["Suspended 1 account."]
    assert browser.get("/admin/").status_code == 302
    assert not Client().login(username="alice", password=PASSWORD)

    assert desk.act(ACCOUNTS, "unsuspend", alice.pk) == ["Unsuspended 1 account."]
    assert sessions.resolve(phone.token) is None
    with pytest.raises(sessions.UnknownToken):
        sessions.refresh(phone.refresh_token)


def test_nobody_suspends_themselves(desk: Desk, root: Account) -> None:
    assert desk.act(ACCOUNTS, "suspend", root.pk) == ["1 stayed as they were."]
    assert fresh(root).is_active


def test_only_superusers_touch_moderators(manager: Desk, root: Account, moderator: Account) -> None:
    for account in (root, moderator):
        address = f"/admin/accounts/account/{account.pk}"
        assert manager.client.post(f"{address}/change/", {"email": "mine@example.org"}).status_code == 403
        assert manager.client.post(f"{address}/password/", {"password1": "x", "password2": "x"}).status_code == 403
        assert manager.act(ACCOUNTS, "suspend", account.pk) == ["1 stayed as they were."]
    assert fresh(root).check_password(PASSWORD)


def test_only_superusers_make_moderators(manager: Desk, alice: Account) -> None:
    manager.save(ACCOUNTS, alice.pk, display_name="Changed", is_staff="on", is_superuser="on", groups="1")

    alice_now = fresh(alice)
    assert alice_now.display_name == "Changed"
    assert not (alice_now.is_staff or alice_now.is_superuser or alice_now.groups.exists())


def test_superusers_make_moderators(desk: Desk, moderator: Account, alice: Account) -> None:
    desk.save(ACCOUNTS, alice.pk, is_staff="on", groups=moderator.groups.get().pk)

    assert fresh(alice).is_staff
    assert fresh(alice).has_perm("follows.decide_followrequest")


def test_moderators_see_neither_e_mail_nor_address_and_change_nothing(moderator: Account, alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(last_address="192.0.2.77")
    desk = Desk(moderator)

    for page in (desk.open(ACCOUNTS), desk.page(ACCOUNTS, alice.pk), desk.open(ACCOUNTS, q="alice@example.org")):
        assert page.status_code == 200
        assert "alice@example.org</" not in page.content.decode()
        assert "192.0.2.77" not in page.content.decode()
    assert desk.client.post(f"/admin/accounts/account/{alice.pk}/change/", {"note": "x"}).status_code == 403
    assert desk.client.get(f"/admin/accounts/account/{alice.pk}/password/").status_code == 403
    assert desk.client.get("/admin/accounts/account/add/").status_code == 403
    actions = dict(desk.open(ACCOUNTS).context["action_form"].fields["action"].choices)
    assert set(actions) == {"", "suspend", "unsuspend", "limit", "unlimit"}
    assert desk.act(ACCOUNTS, "verify", alice.pk) == ["No action selected."]


def test_moderators_suspend_members_and_let_them_in_again(moderator: Account, alice: Account) -> None:
    desk = Desk(moderator)
    page = desk.page(ACCOUNTS, alice.pk).content.decode()

    assert 'aria-label="Suspend alice"' in page
    assert desk.click(ACCOUNTS, "suspend", alice.pk) == ["Suspended 1 account."]
    assert not fresh(alice).is_active
    assert 'aria-label="Unsuspend alice"' in desk.open(ACCOUNTS).content.decode()
    assert desk.click(ACCOUNTS, "unsuspend", alice.pk) == ["Unsuspended 1 account."]
    assert fresh(alice).is_active


def test_moderators_suspend_neither_staff_nor_themselves(moderator: Account, helper: Account, root: Account) -> None:
    desk = Desk(moderator)
    listed = desk.open(ACCOUNTS).content.decode()

    for account in (moderator, helper, root):
        assert f'aria-label="Suspend {account.username}"' not in listed
        assert desk.click(ACCOUNTS, "suspend", account.pk) == ["1 stayed as they were."]
        assert fresh(account).is_active


def test_who_was_suspended_on_their_own_page_is_shown_there(moderator: Account, alice: Account) -> None:
    sent = {"one": f"suspend:{alice.pk}", "from": "page"}
    answer = Desk(moderator).client.post("/admin/accounts/account/", sent)

    assert answer.url == f"/admin/accounts/account/{alice.pk}/change/"


def test_an_account_that_is_being_deleted_stays_suspended(desk: Desk, alice: Account) -> None:
    leaving.begin(alice.pk, leaving.SERVER)

    assert desk.act(ACCOUNTS, "unsuspend", alice.pk) == ["alice is being deleted.", "1 stayed as they were."]
    alice.refresh_from_db()
    assert alice.suspended_at is not None
    assert "being deleted" in desk.open(ACCOUNTS).content.decode()
    assert [row.account for row in desk.rows("follows_leaving")] == [alice]
    assert b"Unsuspend</button>" not in desk.page(ACCOUNTS, alice.pk).content
