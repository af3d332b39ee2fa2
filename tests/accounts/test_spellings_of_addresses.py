"""The domain of an e-mail address has one spelling, wherever the address comes in."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts import lookup, new_email, people, validation
from accounts.domains import of_address
from accounts.models import Account
from accounts.validation import Invalid, Problem
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_mastodon.test_registration import DORA, PATH
from tests.compat_twittner.conftest import Twittner
from tests.compat_twittner.test_signup import DAN
from tests.factories import PASSWORD, AccountFactory
from tests.mail_server import link_in
from tests.moderation import Desk

pytestmark = pytest.mark.django_db
STORED = "Zoe@xn--bcher-kva.example"
SPELLINGS = pytest.mark.parametrize(
    "written", ["Zoe@bücher.example", "Zoe@BÜCHER.Example", "Zoe@xn--bcher-kva.example", "Zoe@bu\u0308cher.example"]
)


@pytest.fixture
def zoe() -> Account:
    return AccountFactory(username="zoe", email="Zoe@bücher.example")


@SPELLINGS
def test_an_address_is_stored_with_one_spelling_and_found_by_all(written: str) -> None:
    made = AccountFactory(email=written)

    assert made.email == STORED
    assert lookup.local_id("zoe@bücher.example") == lookup.local_id(STORED) == made.pk
    with pytest.raises(Invalid) as refused:
        AccountFactory(email="zoe@Bücher.example")
    assert [(fault.field, fault.problem) for fault in refused.value.faults] == [("email", Problem.TAKEN)]


@SPELLINGS
def test_nobody_signs_up_with_another_spelling_of_a_known_address(written: str, zoe: Account) -> None:
    client = Mastodon(token_for(None))
    assert client.post(PATH, DORA | {"email": written}).json()["details"].keys() == {"email"}
    assert Twittner().post("signup", **DAN | {"username": "zoe2", "email": written})["code"] == 409
    page = Client().post("/auth/sign_up", {"username": "dora", "email": written, "password": PASSWORD})
    assert page.status_code == 422
    with pytest.raises(CommandError, match="The email is taken"):
        call_command("create_account", "dora", email=written, password=PASSWORD)
    assert Account.objects.get() == zoe


@SPELLINGS
def test_its_owner_signs_in_with_any(written: str, zoe: Account) -> None:
    assert authenticate(username=written, password=PASSWORD) == zoe
    assert Twittner().post("login", email=written, password=PASSWORD, device_type="android")["code"] == 200


@SPELLINGS
def test_a_forgotten_password_is_asked_for_with_any(written: str, zoe: Account) -> None:
    Client().post("/auth/password/new", {"email": written})
    Twittner().post("resetpassword", email=written)

    assert [sent.to for sent in mail.outbox] == [[STORED], [STORED]]


def test_other_spellings_do_not_multiply_the_mails(zoe: Account, tmp_path: Path) -> None:
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}):
        for written in ("zoe@bücher.example", "zoe@BÜCHER.example", STORED):
            Client().post("/auth/password/new", {"email": written})

    assert len(mail.outbox) == 1


@SPELLINGS
def test_an_account_moves_to_the_one_spelling(written: str, alice: Account) -> None:
    new_email.ask(alice, written, PASSWORD, "192.0.2.1")
    (link,) = [link_in(str(sent.body)) for sent in mail.outbox if sent.to == [STORED]]
    Client().post(link)

    alice.refresh_from_db()
    assert alice.email == STORED
    with pytest.raises(Invalid):  # it has this address already
        new_email.ask(alice, "zoe@bücher.example", PASSWORD, "192.0.2.1")


@SPELLINGS
def test_settings_and_the_admin_store_it_too(written: str, alice: Account, root: Account) -> None:
    desk = Desk(root)
    desk.save("accounts_account", alice.pk, email=written)
    alice.refresh_from_db()
    assert alice.email == STORED
    assert [row.pk for row in desk.rows("accounts_account", q=written)] == [alice.pk]

    page = desk.client.post(
        reverse("admin:accounts_account_add"),
        {"username": "dora", "email": written, "password1": PASSWORD, "password2": PASSWORD},
    )
    assert "This is already in use." in page.content.decode()


def test_a_new_spelling_is_no_new_address(zoe: Account) -> None:
    people.prove_email(zoe.pk)
    people.change(zoe.pk, email="zoe@bücher.example")

    zoe.refresh_from_db()
    assert zoe.email_proven_at
    assert not mail.outbox


@pytest.mark.parametrize(
    "address",
    [
        "\u212aim@example.org",
        "\u017foe@example.org",
        "zo\u0131@example.org",
        "zoë@example.org",
        f"a@{'ü' * 200}.example",
    ],
)
def test_letters_that_pass_for_others_are_no_part_of_an_address(address: str) -> None:
    assert not validation.is_email(address)
    with pytest.raises(Invalid):
        AccountFactory(email=address)


def test_an_address_must_fit_as_it_is_stored() -> None:
    long = ".".join(["ü" * 50] * 3)
    assert len(of_address(f"zoe@{long}.example")) <= 254
    assert validation.is_email(f"zoe@{long}.example")
    assert not validation.is_email(f"{'z' * 60}@{'.'.join(['ü' * 54] * 4)}")


def test_what_is_no_domain_stays_as_it_is() -> None:
    for address in ("", "alice", "zoe@[192.0.2.1]", "zoe@a..b", "@", "a@b@", "zoe@\ud800"):
        assert of_address(address) == address


def test_the_migration_rewrites_stored_addresses_but_for_twins(capsys: pytest.CaptureFixture[str]) -> None:
    def stored(username: str, address: str) -> int:
        made = AccountFactory(username=username)
        Account.objects.filter(pk=made.pk).update(email=address)
        return int(made.pk)

    alone, twin, first = (
        stored("alone", "Eve@Bücher.example"),
        stored("twin", "zoe@bücher.example"),
        stored("first", "zoe@xn--bcher-kva.example"),
    )
    broken = stored("broken", "eve@i❤.example")
    import_module("accounts.migrations.0023_spellings_of_addresses").respell(
        apps, SimpleNamespace(connection=connection)
    )

    assert dict(Account.objects.filter(email__gt="").values_list("pk", "email")) == {
        alone: "Eve@xn--bcher-kva.example",
        twin: "zoe@bücher.example",
        first: "zoe@xn--bcher-kva.example",
        broken: "eve@i❤.example",
    }
    assert f"{twin}" in capsys.readouterr().out
