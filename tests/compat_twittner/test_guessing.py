"""Guessing passwords gets slow, per account and per address, and never locks the owner out for ever."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from accounts import attempts
from accounts.models import Account
from tests.compat_twittner.conftest import Twittner, kept_promise
from tests.factories import PASSWORD

SLOWED = {"code": 429, "message": "Too many attempts. Please try again later", "data": []}
Phone = Callable[..., Twittner]


@pytest.fixture(autouse=True)
def clock(tmp_path: Path) -> Iterator[Any]:
    """Limits are on, counted in a cache of the test's own, and the time stands still."""
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with (
        override_settings(RATE_LIMITS=True, CACHES={"default": file}),
        time_machine.travel("2026-06-21T14:00:00Z", tick=False) as clock,
    ):
        yield clock


def login(account: Account, password: str, address: str = "192.0.2.1") -> dict[str, Any]:
    form = {"email": account.email, "password": password}
    return kept_promise(Client().post("/mobile_api/login", form, REMOTE_ADDR=address))


def test_after_some_wrong_guesses_even_the_right_one_must_wait(alice: Account) -> None:
    answers = [login(alice, "guess")["code"] for _ in range(6)]

    assert answers == [402] * 5 + [429]
    assert login(alice, PASSWORD) == SLOWED


def test_the_wait_ends_however_long_the_guessing_goes_on(alice: Account, clock: Any) -> None:
    for _ in range(9):
        login(alice, "guess")
        clock.shift(attempts.PHONE.account.period / 9)

    assert login(alice, PASSWORD)["code"] == 200


def test_the_owner_elsewhere_is_not_held_up_by_a_guesser(alice: Account) -> None:
    for _ in range(9):
        login(alice, "guess")

    assert login(alice, PASSWORD, "198.51.100.7")["code"] == 200


def test_a_guesser_with_many_addresses_is_held_up_but_not_the_owner_at_home(alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(last_address="198.51.100.7")
    answers = [login(alice, "guess", f"192.0.2.{n}")["code"] for n in range(31)]

    assert (answers[29], answers[30]) == (402, 429)
    assert login(alice, PASSWORD, "192.0.2.200") == SLOWED
    assert login(alice, PASSWORD, "198.51.100.7")["code"] == 200


def test_a_guesser_at_many_accounts_is_held_up(alice: Account) -> None:
    for n in range(300):
        kept_promise(Client().post("/mobile_api/login", {"email": f"{n}@x.org", "password": "x"}))

    assert login(alice, PASSWORD, "127.0.0.1") == SLOWED


def test_who_knows_the_password_is_no_guesser(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    few = attempts.PHONE._replace(address=attempts.PHONE.address._replace(most=3))
    monkeypatch.setattr(attempts, "PHONE", few)

    assert [login(alice, PASSWORD)["code"] for _ in range(5)] == [200] * 5


def test_a_form_without_a_password_is_no_guess(twittner: Phone, alice: Account) -> None:
    phone = twittner(alice)
    for _ in range(6):
        assert phone.post("delete_account")["message"] == "Account password is missing or invalid"
        assert login(alice, "")["code"] == 402

    assert login(alice, PASSWORD)["code"] == 200


def test_the_right_password_forgets_the_wrong_ones(alice: Account) -> None:
    for _ in range(3):
        assert [login(alice, "guess")["code"] for _ in range(4)] == [402] * 4
        assert login(alice, PASSWORD)["code"] == 200


@pytest.mark.parametrize(("endpoint", "field"), [("change_password", "old_password"), ("delete_account", "password")])
def test_a_stolen_phone_cannot_guess_either(twittner: Phone, alice: Account, endpoint: str, field: str) -> None:
    phone = twittner(alice)
    for _ in range(5):
        assert phone.post(endpoint, **{field: "guess"})["code"] in {400, 402}

    assert phone.post(endpoint, **{field: PASSWORD}) == SLOWED


def test_without_limits_nobody_waits(alice: Account) -> None:
    with override_settings(RATE_LIMITS=False):
        assert {login(alice, "guess")["code"] for _ in range(9)} == {402}
