"""Whoever knew the old password is out, at both doors, once somebody else or a mail gave the account a new one."""

import io
import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts import devices, sessions
from accounts.management.commands import changepassword
from accounts.models import Account, Platform
from tests.compat_mastodon.conftest import Mastodon
from tests.compat_mastodon.oauth_client import code_for, register, signed_in
from tests.factories import PASSWORD
from tests.moderation import Desk

NEW = "a new key 77"
EVERYWHERE = {"phone", "push", "client", "browser"}


class Doors:
    """An account that is signed in on a phone, in a Mastodon client and in a browser; the client has a code, too."""

    def __init__(self, account: Account) -> None:
        self.account, self.app = account, register()
        self.token = signed_in(account, self.app)
        self.code = code_for(account, self.app)
        self.phone = sessions.open_session(account.pk, Platform.IOS)
        self.browser = Client()
        self.browser.force_login(account)
        devices.register(account.pk, Platform.IOS, f"{account.pk:060}")

    def open(self) -> set[str]:
        """Where the account is still let in."""
        client = Mastodon(self.token).get("/api/v1/accounts/verify_credentials")
        assert client.status_code == 200 or client.json() == {"error": "The access token was revoked"}
        found = {
            "phone": sessions.resolve(self.phone.token),
            "push": devices.of(self.account.pk),
            "client": client.status_code == 200,
            "browser": self.browser.get("/oauth/authorized_applications").status_code == 200,
        }
        return {door for door, there in found.items() if there}


@pytest.fixture
def alices(alice: Account) -> Doors:
    return Doors(alice)


def set_by_a_moderator(alice: Account) -> None:
    _password_form(alice, password1=NEW, password2=NEW, usable_password="true")


def switched_off_by_a_moderator(alice: Account) -> None:
    _password_form(alice, usable_password="false", **{"unset-password": "1"})


def _password_form(alice: Account, **sent: str) -> None:
    root = Account.objects.create_superuser("root", "root@example.org", NEW)
    Desk(root).client.post(f"/admin/accounts/account/{alice.pk}/password/", sent)


def set_by_an_operator(alice: Account) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changepassword, "getpass", lambda _: NEW)
        call_command("changepassword", alice.username, stdout=io.StringIO())


def chosen_anew_after_it_was_forgotten(alice: Account) -> None:
    Client().post("/mobile_api/resetpassword", {"email": alice.email})
    link = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert link
    browser = Client()
    page = browser.get(link[1], follow=True)
    browser.post(page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})


@pytest.mark.parametrize(
    "change",
    [set_by_a_moderator, switched_off_by_a_moderator, set_by_an_operator, chosen_anew_after_it_was_forgotten],
)
def test_a_new_password_ends_everything(alices: Doors, change: Callable[[Account], None], bob: Account) -> None:
    bobs = Doors(bob)
    assert alices.open() == EVERYWHERE
    change(alices.account)

    assert alices.open() == set()
    assert alices.app.token(code=alices.code).json()["error"] == "invalid_grant"
    with pytest.raises(sessions.UnknownToken):
        sessions.refresh(alices.phone.refresh_token)
    assert bobs.open() == EVERYWHERE


def test_the_password_that_one_changes_oneself_ends_other_browsers_only(alice: Account, alices: Doors) -> None:
    Account.objects.filter(pk=alice.pk).update(is_staff=True)
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    here = Desk(alice).client
    here.post("/admin/password_change/", form)

    assert alices.open() == EVERYWHERE - {"browser"}
    assert here.get("/admin/").status_code == 200


def test_a_suspension_ends_phones_and_keeps_clients_and_browsers_out_while_it_lasts(
    root: Account, alices: Doors
) -> None:
    desk, token = Desk(root), alices.token
    desk.act("accounts_account", "suspend", alices.account.pk)

    refused = Mastodon(token).get("/api/v1/accounts/verify_credentials")
    assert (refused.status_code, refused.json()) == (403, {"error": "Your login is currently disabled"})
    assert alices.browser.get("/oauth/authorized_applications").status_code == 302
    assert devices.of(alices.account.pk) is None
    assert alices.app.token(code=alices.code).json()["error"] == "invalid_grant"
    desk.act("accounts_account", "unsuspend", alices.account.pk)
    assert alices.open() == EVERYWHERE - {"phone"}


def test_an_account_that_is_deleted_is_out_everywhere(root: Account, alices: Doors) -> None:
    Desk(root).client.post(f"/admin/accounts/account/{alices.account.pk}/delete/", {"post": "yes"})

    refused = Mastodon(alices.token).get("/api/v1/accounts/verify_credentials")
    assert (refused.status_code, refused.json()) == (401, {"error": "The access token is invalid"})
    assert sessions.resolve(alices.phone.token) is None
    assert alices.browser.get("/oauth/authorized_applications").status_code == 302
    assert alices.app.token(code=alices.code).json()["error"] == "invalid_grant"
