"""`manage.py account`: look at accounts, and moderate them."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import sessions
from accounts.models import Account, Platform
from follows import leaving
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_mastodon.extension.conftest import ask


def run(*words: Any) -> str:
    out = io.StringIO()
    call_command("account", *words, stdout=out)
    return out.getvalue()


def test_showing_an_account(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    (facts,) = json.loads(run("show", "carol", "--json"))
    assert facts["account"] == "carol@testserver"
    assert facts["email"] == "carol@example.org"
    assert (facts["locked"], facts["requests"], facts["suspended_at"]) == (True, 1, None)
    lines = dict(line.split("\t") for line in run("show", str(carol.pk)).splitlines())
    assert (lines["id"], lines["locked"], lines["moderator"], lines["limited_at"]) == (str(carol.pk), "yes", "no", "-")
    carol.refresh_from_db()
    assert carol.password not in run("show", "carol", "--json")


@pytest.mark.parametrize(
    ("action", "done", "column"), [("suspend", "suspended", "suspended_at"), ("limit", "limited", "limited_at")]
)
def test_there_and_back(alice: Account, bob: Account, action: str, done: str, column: str) -> None:
    said = run(action, "alice", "bob@testserver")
    assert said == f"{alice.pk}\talice@testserver\t{done}\n{bob.pk}\tbob@testserver\t{done}\n"
    assert not Account.objects.filter(**{column: None}).exists()
    assert run(action, "bob").endswith(f"\talready {done}\n")

    assert run(f"un{action}", "bob").endswith(f"\tun{done}\n")
    assert [account.username for account in Account.objects.filter(**{column: None})] == ["bob"]
    assert json.loads(run(f"un{action}", "bob", "--json"))[0]["result"] == f"already un{done}"


def test_an_account_is_signed_out_and_confirmed(alice: Account) -> None:
    token = token_for(alice)
    phone = sessions.open_session(alice.pk, Platform.IOS)
    Account.objects.update(unconfirmed=True)
    assert "confirmed" in run("confirm", "alice")
    alice.refresh_from_db()
    assert (alice.unconfirmed, alice.email_proven_at is None) == (False, False)
    assert "signed out" in run("sign-out", "alice")

    assert sessions.resolve(phone.token) is None
    assert Mastodon(token).get("/api/v1/accounts/verify_credentials").status_code == 401


def test_deleting_needs_a_yes(alice: Account) -> None:
    with pytest.raises(CommandError, match="--yes"):
        run("delete", "alice")
    assert "deleted" in run("delete", "alice", "--yes")
    assert not Account.objects.exists()


def test_what_cannot_be_done_is_said_and_the_rest_is_done(alice: Account, bob: Account) -> None:
    leaving.begin(alice.pk, leaving.SERVER)
    with pytest.raises(CommandError, match="alice is being deleted"):
        run("unsuspend", "alice", "bob")
    Account.objects.filter(pk=bob.pk).update(domain="other.example", email="", password="")
    with pytest.raises(CommandError, match=r"bob@other\.example is of another server"):
        run("sign-out", "bob@other.example")


def test_an_unknown_account_stops_everything(alice: Account) -> None:
    for name in ("nobody", "999999", "99999999999999999999", "@", "a\0b"):
        with pytest.raises(CommandError, match="There is no account"):
            run("suspend", "alice", name)
    alice.refresh_from_db()
    assert alice.suspended_at is None
