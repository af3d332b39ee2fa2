"""Passwords in the admin: somebody else's and one's own, stored through the domain."""

import pytest
from django.test import Client

from accounts.models import Account
from tests.factories import PASSWORD
from tests.moderation import Desk

NEW = "a new key 77"


def test_a_new_password_opens_and_the_old_one_does_not(root: Account, alice: Account) -> None:
    address = f"/admin/accounts/account/{alice.pk}/password/"
    sent = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert Desk(root).client.post(address, sent).status_code == 302

    assert Client().login(username="alice", password=NEW)
    assert not Client().login(username="alice", password=PASSWORD)
    assert Account.objects.get(pk=alice.pk).version == alice.version


def test_two_different_passwords_change_nothing(root: Account, alice: Account) -> None:
    address = f"/admin/accounts/account/{alice.pk}/password/"
    sent = {"password1": NEW, "password2": "another", "usable_password": "true"}
    assert "match" in Desk(root).client.post(address, sent).content.decode()

    assert Client().login(username="alice", password=PASSWORD)


@pytest.mark.parametrize("new", ["1234567", "x" * 73])
def test_a_password_of_a_wrong_length_is_refused(root: Account, alice: Account, new: str) -> None:
    client = Desk(root).client
    one = {"password1": new, "password2": new}
    pages = [
        client.post(f"/admin/accounts/account/{alice.pk}/password/", one | {"usable_password": "true"}),
        client.post("/admin/accounts/account/add/", one | {"username": "dora", "email": "dora@example.org"}),
        client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}),
    ]

    assert ["Please use 8 to 72 characters." in page.content.decode() for page in pages] == [True] * 3
    assert Client().login(username="alice", password=PASSWORD)
    assert Client().login(username="root", password=PASSWORD)
    assert Account.objects.count() == 2


def test_signing_in_by_password_can_be_switched_off(root: Account, alice: Account) -> None:
    address = f"/admin/accounts/account/{alice.pk}/password/"
    Desk(root).client.post(address, {"usable_password": "false", "unset-password": "1"})

    assert not Account.objects.get(pk=alice.pk).has_usable_password()
    assert not Client().login(username="alice", password=PASSWORD)


@pytest.mark.parametrize("old", [PASSWORD, "wrong"])
def test_a_moderator_changes_their_own_and_stays_signed_in(moderator: Account, old: str) -> None:
    client = Desk(moderator).client
    client.post("/admin/password_change/", {"old_password": old, "new_password1": NEW, "new_password2": NEW})

    assert Account.objects.get(pk=moderator.pk).check_password(NEW) == (old == PASSWORD)
    assert client.get("/admin/").status_code == 200
