"""`manage.py changepassword`: an operator gives an account a new password."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands import changepassword
from accounts.models import Account
from tests.factories import PASSWORD

NEW = "a new key 77"


def change(monkeypatch: pytest.MonkeyPatch, username: str, *typed: str) -> None:
    answers = iter(typed)
    monkeypatch.setattr(changepassword, "getpass", lambda _: next(answers))
    call_command("changepassword", username, stdout=io.StringIO())


@pytest.mark.parametrize("name", ["alice", "Alice@example.org"])
def test_the_account_of_this_server_is_meant(monkeypatch: pytest.MonkeyPatch, alice: Account, name: str) -> None:
    Account.objects.create(username="alice", domain="other.example")
    change(monkeypatch, name, NEW, NEW)

    alice.refresh_from_db()
    assert alice.check_password(NEW)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("zed", [], "There is no account 'zed' on this server."),
        ("alice", [NEW, "a new key 78"], "The passwords differ, or are empty."),
        ("alice", ["", ""], "The passwords differ, or are empty."),
    ],
)
def test_what_cannot_be_is_said(
    monkeypatch: pytest.MonkeyPatch, alice: Account, name: str, typed: list[str], sentence: str
) -> None:
    Account.objects.create(username="zed", domain="other.example")
    with pytest.raises(CommandError, match=sentence):
        change(monkeypatch, name, *typed)

    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
