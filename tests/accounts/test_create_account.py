"""`manage.py create_account`: the id on stdout, or a clear sentence and exit code 1."""

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.management.commands import create_account
from accounts.models import Account

pytestmark = pytest.mark.django_db


def create(
    username: str, *flags: str, email: str = "dora@example.org", password: str | None = "open sesame", **more: Any
) -> str:
    out = io.StringIO()
    call_command("create_account", username, *flags, email=email, password=password, stdout=out, **more)
    return out.getvalue()


def test_only_the_id_is_printed() -> None:
    printed = create("dora", "--locked", "--staff", display_name="Dora Döring")

    account = Account.objects.get()
    assert printed == f"{account.pk}\n"
    assert (account.locked, account.is_staff, account.is_superuser) == (True, True, False)
    assert (account.display_name, account.first_name, account.last_name) == ("Dora Döring", "Dora", "Döring")
    assert account.check_password("open sesame")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"username": "ALICE"}, "The username is taken"),
        ({"email": "Alice@example.org"}, "The email is taken"),
        (
            {"username": "no spaces"},
            r"The username is invalid: it may hold letters, digits, `_`, `\.` and `-`, at most 30\.$",
        ),
        (
            {"username": "x" * 31},
            r"The username is too long \(at most 30 characters\): it may hold letters, digits, `_`, `\.` and `-`, ",
        ),
        ({"email": "at@"}, r"The email is invalid: it must look like name@example\.org"),
        ({"username": "nul\0"}, "The username is invalid"),
        ({"email": "nowhere"}, "The email is invalid"),
        ({"email": "nul\0@example.org"}, "The email is invalid"),
        ({"password": ""}, "The password is blank"),
        ({"password": "\udcff"}, "The password is not UTF-8"),
        ({"display_name": "\udcff"}, "The display name is not UTF-8"),
        ({"display_name": "x" * 65}, r"The display name is too long \(at most 64 characters\)\.$"),
        (
            {"username": "", "email": "", "password": ""},
            r"The username is blank\. The email is blank\. The password is",
        ),
    ],
)
def test_a_wrong_value_is_named_and_nobody_is_made(values: dict[str, str], sentence: str, alice: Account) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        create(**{"username": "dora"} | values)

    assert refused.value.returncode == 1
    assert Account.objects.get() == alice


def test_bytes_that_are_no_text_get_a_sentence_and_exit_code_1() -> None:
    arguments = [b"create_account", b"dora", b"--email", b"dora@example.org", b"--password", b"\xff"]
    refused = subprocess.run(
        [sys.executable.encode(), os.fsencode(settings.ROOT / "manage.py"), *arguments], capture_output=True
    )

    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr == b"CommandError: The password is not UTF-8.\n"


def command(*arguments: str, said: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
    """The command as from a shell, with an input that is no terminal."""
    whole = [sys.executable, str(settings.ROOT / "manage.py"), "create_account", *arguments]
    return subprocess.run(whole, input=said, capture_output=True, text=True, **more)


def test_a_name_may_hold_what_the_rule_says() -> None:
    create("dora.o-d_2")

    assert Account.objects.get().username == "dora.o-d_2"


def test_without_a_password_it_asks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(create_account, "getpass", lambda prompt: asked.append(prompt) or "typed by hand")
    create("dora", password=None)

    assert len(asked) == 2
    assert Account.objects.get().check_password("typed by hand")


def test_two_passwords_that_differ_make_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["typed by hand", "typed by foot"])
    monkeypatch.setattr(create_account, "getpass", lambda _: next(typed))

    with pytest.raises(CommandError, match="passwords differ"):
        create("dora", password=None)
    assert not Account.objects.exists()


def test_a_wrong_name_is_told_before_anybody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_account, "getpass", lambda _: pytest.fail("asked"))

    with pytest.raises(CommandError, match="The username is invalid"):
        create("no spaces", password=None)


def test_the_password_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(" with spaces \nand more\n"))
    create("dora", password=None, password_stdin=True)

    assert Account.objects.get().check_password(" with spaces ")


@pytest.mark.parametrize("password", ["", "1234567", "x" * 73])
def test_a_password_of_a_wrong_length_is_refused(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))

    with pytest.raises(CommandError, match="The password must have 8 to 72 characters"):
        create("dora", password=None, password_stdin=True)
    with pytest.raises(CommandError, match="The password must have 8 to 72 characters" if password else "blank"):
        create("dora", password=password)
    assert not Account.objects.exists()


def test_both_ways_at_once_are_refused() -> None:
    refused = command("dora", "--email=d@example.org", "--password=x", "--password-stdin", said="typed by hand\n")

    assert refused.returncode != 0
    assert "not allowed with argument --password" in refused.stderr
    assert "Traceback" not in refused.stderr
