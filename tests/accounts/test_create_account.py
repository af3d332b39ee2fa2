"""`manage.py create_account`: the id on stdout, or a clear sentence and exit code 1."""

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Account

pytestmark = pytest.mark.django_db


def create(
    username: str, *flags: str, email: str = "dora@example.org", password: str = "open sesame", **more: Any
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
        ({"username": "no spaces"}, "The username is invalid"),
        ({"username": "x" * 31}, r"The username is too long \(at most 30 characters\)"),
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
