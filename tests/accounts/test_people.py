"""Signing up and changing an account: what can be stored, and who notices."""

from typing import Any

import pytest

from accounts import lookup, people, validation
from accounts.models import Account
from accounts.validation import Fault, Invalid, Problem
from tests.factories import PASSWORD, AccountFactory


def refusal(**changes: str) -> list[tuple[str, Problem]]:
    """What is wrong with signing up like this."""
    with pytest.raises(Invalid) as refused:
        people.sign_up(**{"username": "dora", "email": "dora@example.org", "password": PASSWORD} | changes)
    return [(fault.field, fault.problem) for fault in refused.value.faults]


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


# --- signing up -------------------------------------------------------------------------------------


def test_who_signs_up_has_a_first_and_a_last_name_too(db: None) -> None:
    dora = AccountFactory(username="dora", display_name=" Dora  de la Cruz\x07 ")

    assert (dora.display_name, dora.first_name, dora.last_name) == ("Dora  de la Cruz", "Dora", "de la Cruz")
    assert dora.check_password(PASSWORD)
    assert not (dora.is_staff or dora.is_superuser or dora.locked)


def test_first_and_last_name_make_the_display_name(db: None) -> None:
    dora = AccountFactory(username="dora", display_name="", first_name="Dora", last_name="Day")
    assert dora.display_name == "Dora Day"


@pytest.mark.parametrize(
    ("username", "problem"),
    [
        ("", Problem.BLANK),
        ("a" * 31, Problem.TOO_LONG),
        ("dora day", Problem.INVALID),
        ("dora.day", Problem.INVALID),
        ("dora-day", Problem.INVALID),
        ("dóra", Problem.INVALID),
        ("dora\n", Problem.INVALID),
        ("dora\0", Problem.INVALID),
        ("\ud800", Problem.INVALID),
        ("alice", Problem.TAKEN),
        ("ALICE", Problem.TAKEN),
    ],
)
def test_a_user_name_is_short_plain_and_ones_own(alice: Account, username: str, problem: Problem) -> None:
    assert refusal(username=username) == [("username", problem)]


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", Problem.BLANK),
        ("dora", Problem.INVALID),
        ("dora@", Problem.INVALID),
        ("dora@example", Problem.INVALID),
        ("dora\0@example.org", Problem.INVALID),
        ("dora@exa\ud800mple.org", Problem.INVALID),
        ("d" * 250 + "@example.org", Problem.INVALID),
        ("Alice@Example.org", Problem.TAKEN),
    ],
)
def test_an_e_mail_address_is_well_formed_and_ones_own(alice: Account, email: str, problem: Problem) -> None:
    assert refusal(email=email) == [("email", problem)]


def test_all_faults_are_told_at_once(alice: Account) -> None:
    assert refusal(username="alice", email="nonsense", password="", display_name="x" * 65) == [
        ("username", Problem.TAKEN),
        ("email", Problem.INVALID),
        ("display_name", Problem.TOO_LONG),
        ("password", Problem.BLANK),
    ]
    assert Account.objects.count() == 1


def test_a_name_of_another_server_is_free_here(db: None) -> None:
    Account.objects.create(username="dora", domain="other.example")
    assert AccountFactory(username="dora").acct == "dora"


# --- changing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"display_name": "Ada Byron King"}, ("Ada Byron King", "Ada", "Byron King")),
        ({"display_name": ""}, ("", "", "")),
        ({"first_name": "Ada", "last_name": ""}, ("Ada", "Ada", "")),
        ({"display_name": "Countess", "first_name": "Ada", "last_name": "King"}, ("Countess", "Ada", "King")),
    ],
)
def test_one_form_of_a_name_follows_the_other(alice: Account, values: dict[str, str], names: tuple[str, ...]) -> None:
    people.change(alice.pk, **values)

    changed = fresh(alice)
    assert (changed.display_name, changed.first_name, changed.last_name) == names


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"username": "bob"}, Fault("username", Problem.TAKEN)),
        ({"email": "BOB@example.org"}, Fault("email", Problem.TAKEN)),
        ({"display_name": "x" * 65}, Fault("display_name", Problem.TOO_LONG, 64)),
        ({"website": "x" * 116}, Fault("website", Problem.TOO_LONG, 115)),
        ({"note": "a\0b"}, Fault("note", Problem.INVALID)),
        ({"note": "\udfff"}, Fault("note", Problem.INVALID)),
    ],
)
def test_what_cannot_be_stored_changes_nothing(
    alice: Account, bob: Account, values: dict[str, Any], fault: Fault
) -> None:
    with pytest.raises(Invalid) as refused:
        people.change(alice.pk, locked=True, **values)

    assert fault in refused.value.faults
    assert not fresh(alice).locked
    assert fresh(alice).version == alice.version


def test_ones_own_name_is_not_taken(alice: Account) -> None:
    people.change(alice.pk, username="Alice", email="ALICE@example.org")
    assert fresh(alice).username == "Alice"


@pytest.mark.parametrize(("values", "seen"), [({"note": "Hi"}, True), ({"email": "a@example.org"}, False)])
def test_readers_notice_what_they_can_see(alice: Account, values: dict[str, str], seen: bool) -> None:
    people.change(alice.pk, **values)
    assert (fresh(alice).version > alice.version) == seen


def test_a_text_is_stored_trimmed_without_control_characters_and_otherwise_raw() -> None:
    assert validation.clean_text(" <b>Tom</b>\r\n& \x00\x07\x7f\ud800Jerry\t ") == "<b>Tom</b>\n& Jerry"


# --- finding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("acct", ["alice", "@Alice", "alice@here.example", " ALICE@Here.Example. "])
def test_an_account_of_this_server_is_found_by_its_handle(alice: Account, acct: str) -> None:
    assert lookup.by_handle(acct, "here.example") == alice.pk


def test_an_account_of_another_server_is_found_by_its_whole_handle(alice: Account) -> None:
    other = Account.objects.create(username="Alice", domain="other.example")

    assert lookup.by_handle("alice@other.example", "here.example") == other.pk
    assert lookup.by_handle("alice", "here.example") == alice.pk
    assert lookup.local("alice") == alice


@pytest.mark.parametrize(
    "acct", ["", "@", "@@", "bob", "alice@", "alice@other.example", "al\0ice", "\ud800", "a@\udfff"]
)
def test_other_handles_name_nobody(alice: Account, acct: str) -> None:
    if acct == "alice@":  # no domain is this server
        assert lookup.by_handle(acct, "here.example") == alice.pk
        return
    with pytest.raises(lookup.NoSuchAccount):
        lookup.by_handle(acct, "here.example")
    assert lookup.local(acct) is None


@pytest.mark.parametrize("account", [None, 0, -1, 2**31, 2**63, 10**30])
def test_what_is_no_id_names_nobody(alice: Account, account: int | None) -> None:
    with pytest.raises(lookup.NoSuchAccount):
        lookup.by_id(account)


def test_who_signs_in_is_found_by_name_or_e_mail(alice: Account) -> None:
    assert lookup.local("ALICE") == lookup.local("Alice@Example.org") == alice
    assert lookup.local("") is None
    assert lookup.local("nobody@example.org") is None
