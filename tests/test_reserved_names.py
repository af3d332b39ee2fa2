"""Nobody can call themselves as if they spoke for the server; operators can, for example for their own account."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts import people
from accounts.models import Account
from accounts.validation import Fault, Invalid, Problem
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD, AccountFactory

pytestmark = pytest.mark.django_db
NAMES = pytest.mark.parametrize("name", ["admin", "Support", "ROOT", "moderator"])


@NAMES
def test_a_mastodon_client_cannot_sign_up_with_one(name: str) -> None:
    dora = {"username": name, "email": "dora@example.org", "password": PASSWORD, "agreement": True}
    answer = Mastodon(token_for(None)).post("/api/v1/accounts", dora)

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Validation failed: Username is reserved",
        "details": {"username": [{"error": "ERR_RESERVED", "description": "is reserved"}]},
    }
    assert not Account.objects.exists()


@NAMES
def test_a_phone_is_told_that_the_name_is_taken(name: str) -> None:
    dora = {"first_name": "Dora", "last_name": "Day", "username": name, "email": "dora@example.org"}
    answer = Twittner().post("signup", **dora, password=PASSWORD)

    assert (answer["code"], answer["message"]) == (410, "This username is already taken")
    assert not Account.objects.exists()


def test_the_page_says_that_it_is_reserved() -> None:
    page = Client().post("/auth/sign_up", {"username": "Admin", "email": "dora@example.org", "password": PASSWORD})

    assert "This name is reserved. Choose another one." in page.content.decode()
    assert not Account.objects.exists()


def test_nobody_takes_one_later(alice: Account) -> None:
    with pytest.raises(Invalid) as refused:
        people.change(alice.pk, username="Webmaster")

    assert refused.value.faults == (Fault("username", Problem.RESERVED),)


def test_an_account_that_has_one_keeps_it_and_can_write_it_otherwise() -> None:
    support = AccountFactory(username="support")

    people.change(support.pk, username="Support", display_name="Support")

    support.refresh_from_db()
    assert support.username == "Support"


def test_operators_can_use_them() -> None:
    call_command("create_account", "support", email="support@example.org", password=PASSWORD)
    Account.objects.create_superuser("root", "root@example.org", PASSWORD)

    assert set(Account.objects.values_list("username", flat=True)) == {"support", "root"}
