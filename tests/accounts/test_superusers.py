"""`manage.py createsuperuser`: the first moderator of a server."""

import pytest
from django.core.management import CommandError, call_command

from accounts import lookup
from accounts.models import Account
from tests.factories import PASSWORD
from tests.moderation import Desk


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)


def create(username: str, email: str) -> None:
    call_command("createsuperuser", interactive=False, username=username, email=email, verbosity=0)


def test_a_superuser_may_open_everything_in_the_admin(db: None) -> None:
    create("root", "root@example.org")

    root = lookup.local("root")
    assert root is not None
    for name in ("follows_followrequest", "accounts_account", "accounts_session", "follows_notice"):
        assert Desk(root).open(name).status_code == 200


@pytest.mark.parametrize("password", ["1234567", "x" * 73])
def test_a_password_of_a_wrong_length_is_refused(db: None, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)

    with pytest.raises(CommandError, match="The password must have 8 to 72 characters"):
        create("root", "root@example.org")
    assert not Account.objects.exists()


@pytest.mark.parametrize(("username", "email"), [("no.good", "root@example.org"), ("root", "nonsense")])
def test_a_value_that_cannot_be_stored_is_told_in_one_sentence(db: None, username: str, email: str) -> None:
    with pytest.raises(CommandError):
        create(username, email)
    assert not Account.objects.exists()
