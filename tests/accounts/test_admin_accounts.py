"""Accounts in the admin: every change goes through the rules, and keeps what others see fresh."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts import lookup, people, validation
from accounts.access import Actor
from accounts.models import Account, Verification
from follows import graph, tallies
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
    def others_are_faster(*args: Any) -> list[validation.Fault]:
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


def test_the_badge_is_given_and_taken(desk: Desk, alice: Account) -> None:
    desk.act(ACCOUNTS, "verify", alice.pk)
    assert fresh(alice).verification == Verification.VERIFIED
    assert fresh(alice).version > alice.version

    desk.act(ACCOUNTS, "unverify", alice.pk)
    assert fresh(alice).verification == Verification.NONE


# --- who may ----------------------------------------------------------------------------------------


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
