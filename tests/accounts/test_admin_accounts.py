"""Accounts in the admin: every change goes through the rules, and keeps what others see fresh."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts import lookup, people, sessions
from accounts.access import Actor
from accounts.models import Account, Platform, Verification
from follows import graph, leaving, tallies
from tests.factories import PASSWORD
from tests.moderation import Desk

ACCOUNTS = "accounts_account"


@pytest.fixture
def desk(root: Account) -> Desk:
    return Desk(root)


@pytest.fixture
def manager(helper: Account) -> Desk:
    """May change accounts, but is no superuser."""
    for codename in ("view_account", "change_account", "add_account"):
        helper.user_permissions.add(Permission.objects.get(codename=codename))
    return Desk(helper)


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain="other.example", display_name="Zoe")


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


# --- changing ---------------------------------------------------------------------------------------


def test_a_change_is_seen_by_whoever_keeps_a_rendered_account(desk: Desk, alice: Account) -> None:
    assert (
        desk.save(ACCOUNTS, alice.pk, display_name="Alice Ames", note="Hello\r\nthere", locked="on").status_code == 302
    )

    alice_now = fresh(alice)
    assert alice_now.version > alice.version
    assert (alice_now.display_name, alice_now.first_name, alice_now.last_name) == ("Alice Ames", "Alice", "Ames")
    assert alice_now.note == "Hello\nthere"
    assert alice_now.locked


def test_saving_without_a_change_changes_nothing(desk: Desk, alice: Account) -> None:
    desk.save(ACCOUNTS, alice.pk)
    assert fresh(alice).version == alice.version


def test_only_what_was_changed_is_written(desk: Desk, alice: Account) -> None:
    form = desk.page(ACCOUNTS, alice.pk).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if name in form.fields and value is not None}
    people.change(alice.pk, note="written meanwhile")

    desk.client.post(f"/admin/accounts/account/{alice.pk}/change/", sent | {"note": "", "website": "https://a.example"})
    assert (fresh(alice).website, fresh(alice).note) == ("https://a.example", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "bob"}, "username"),
        ({"username": "BOB"}, "username"),
        ({"username": "al ice"}, "username"),
        ({"username": "al.ice"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a" * 31}, "username"),
        ({"email": "Bob@Example.org"}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"email": ""}, "email"),
        ({"display_name": "x" * 65}, "display_name"),
        ({"note": "a\0b"}, "note"),
        ({"gender": "Q"}, "gender"),
    ],
)
def test_what_cannot_be_stored_is_an_error_of_its_field(
    desk: Desk, changes: dict[str, str], field: str, alice: Account, bob: Account
) -> None:
    page = desk.save(ACCOUNTS, alice.pk, **changes)

    assert list(page.context["adminform"].form.errors) == [field]
    assert fresh(alice).version == alice.version


def test_a_name_that_is_taken_at_the_last_moment_is_told(
    desk: Desk, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others_are_faster(*args: Any) -> list[people.Fault]:
        monkeypatch.undo()
        Account.objects.create(username="wanted")
        return []

    monkeypatch.setattr(people, "faults", others_are_faster)
    page = desk.save(ACCOUNTS, alice.pk, username="wanted", follow=True)
    assert [str(message) for message in page.context["messages"]] == ["Nothing was saved: username is taken."]
    assert fresh(alice).username == "alice"


def test_who_comes_from_another_server_keeps_the_name(desk: Desk, zoe: Account) -> None:
    desk.save(ACCOUNTS, zoe.pk, username="zed", email="zoe@example.org", display_name="Zed")

    assert (fresh(zoe).acct, fresh(zoe).email, fresh(zoe).display_name) == ("zoe@other.example", "", "Zed")


def test_who_comes_from_another_server_never_signs_in_here(desk: Desk, zoe: Account) -> None:
    assert desk.save(ACCOUNTS, zoe.pk, is_staff="on", is_superuser="on").status_code == 302
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert desk.client.post(f"/admin/accounts/account/{zoe.pk}/password/", sent).status_code == 404

    assert (fresh(zoe).is_staff, fresh(zoe).is_superuser, fresh(zoe).password) == (False, False, "")


# --- deleting ---------------------------------------------------------------------------------------


def test_an_account_leaves_with_everything_of_its_own(desk: Desk, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    address = f"/admin/accounts/account/{alice.pk}/delete/"

    assert "alice, with everything of its own" in desk.client.get(address).content.decode()
    assert desk.client.post(address, {"post": "yes"}).status_code == 302
    assert not Account.objects.filter(pk=alice.pk).exists()
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_who_leaves_is_chosen_one_by_one(desk: Desk, root: Account, alice: Account) -> None:
    assert desk.act(ACCOUNTS, "delete_selected", alice.pk) == ["No action selected."]
    assert desk.client.post(f"/admin/accounts/account/{root.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.client.get("/admin/accounts/account/0/delete/").status_code == 302
    assert fresh(alice)


def test_only_who_may_delete_accounts_does(manager: Desk, helper: Account, alice: Account, moderator: Account) -> None:
    address = f"/admin/accounts/account/{alice.pk}/delete/"
    assert manager.client.post(address, {"post": "yes"}).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="delete_account"))

    assert manager.client.post(f"/admin/accounts/account/{moderator.pk}/delete/", {"post": "yes"}).status_code == 403
    assert manager.client.post(address, {"post": "yes"}).status_code == 302
    assert set(Account.objects.values_list("username", flat=True)) == {"helper", "moderator"}


# --- adding -----------------------------------------------------------------------------------------

DORA = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}


def test_an_account_is_added_as_people_sign_up(desk: Desk) -> None:
    answer = desk.client.post("/admin/accounts/account/add/", DORA | {"display_name": "Dora Day", "locked": "on"})

    dora = lookup.local("dora")
    assert dora is not None
    assert answer.url == f"/admin/accounts/account/{dora.pk}/change/"
    assert (dora.first_name, dora.last_name, dora.locked) == ("Dora", "Day", True)
    assert Client().login(username="dora@example.org", password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "Alice"}, "username"),
        ({"username": "no good"}, "username"),
        ({"username": ""}, "username"),
        ({"email": "ALICE@example.org"}, "email"),
        ({"email": ""}, "email"),
        ({"display_name": "x" * 65}, "display_name"),
        ({"password1": ""}, "password1"),
        ({"password2": "another"}, "password2"),
    ],
)
def test_what_sign_up_refuses_is_an_error_of_its_field(
    desk: Desk, changes: dict[str, str], field: str, alice: Account
) -> None:
    count = Account.objects.count()
    page = desk.client.post("/admin/accounts/account/add/", DORA | changes)

    assert list(page.context["adminform"].form.errors) == [field]
    assert Account.objects.count() == count


# --- suspending and verifying -----------------------------------------------------------------------


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


def test_the_badge_is_given_and_taken(desk: Desk, alice: Account) -> None:
    desk.act(ACCOUNTS, "verify", alice.pk)
    assert fresh(alice).verification == Verification.VERIFIED
    assert fresh(alice).version > alice.version

    desk.act(ACCOUNTS, "unverify", alice.pk)
    assert fresh(alice).verification == Verification.NONE


def test_nobody_suspends_themselves(desk: Desk, root: Account) -> None:
    assert desk.act(ACCOUNTS, "suspend", root.pk) == ["1 stayed as they were."]
    assert fresh(root).is_active


# --- who may ----------------------------------------------------------------------------------------


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


# --- finding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["zo", "Zoe", "zoe@other.example", "OTHER.example"])
def test_accounts_are_found_by_name_and_by_domain(desk: Desk, text: str, zoe: Account, alice: Account) -> None:
    assert desk.rows(ACCOUNTS, q=text) == [zoe]


def test_accounts_are_filtered_by_state_and_kind(desk: Desk, zoe: Account, alice: Account, carol: Account) -> None:
    people.suspend(alice.pk)
    people.change(carol.pk, verification=Verification.REQUESTED)

    assert desk.rows(ACCOUNTS, state="suspended") == [alice]
    assert desk.rows(ACCOUNTS, state="remote") == [zoe]
    assert desk.rows(ACCOUNTS, kind="locked") == [carol]
    assert desk.rows(ACCOUNTS, kind="asks") == [carol]
    assert "Suspended (1)" in desk.filters(ACCOUNTS)["state"]


def test_an_account_that_is_being_deleted_stays_suspended(desk: Desk, alice: Account) -> None:
    leaving.begin(alice.pk, leaving.SERVER)

    assert desk.act(ACCOUNTS, "unsuspend", alice.pk) == ["alice is being deleted.", "1 stayed as they were."]
    alice.refresh_from_db()
    assert alice.suspended_at is not None
    assert "being deleted" in desk.open(ACCOUNTS).content.decode()
    assert [row.account for row in desk.rows("follows_leaving")] == [alice]
    assert b"Unsuspend</button>" not in desk.page(ACCOUNTS, alice.pk).content
