"""Signing up (twittner.md §2.1); the texts of its refusals are in golden/signup.json."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from tests.compat_twittner.conftest import Twittner

Phone = Callable[..., Twittner]
DAN = {
    "first_name": "Dan",
    "last_name": "O'Kassing <b>",
    "username": "dan_k",
    "email": "Dan@example.org",
    "password": "se'cret\\1",
}


def test_who_signed_up_is_signed_in_and_can_sign_in_again(twittner: Phone) -> None:
    auth = twittner().post("signup", **DAN)["auth"]

    assert Twittner(auth["auth_token"]).get("get_priv_settings")["code"] == 200
    again = twittner().post("login", email="dan@EXAMPLE.org", password=DAN["password"])
    assert again["data"]["user"]["user_name"] == "dan_k"


def test_names_go_in_and_come_out_raw(twittner: Phone) -> None:
    twittner().post("signup", **DAN | {"first_name": "  Jürgen \x00\x07 "})
    profile = twittner().get("profile", username="dan_k")["data"]

    assert (profile["first_name"], profile["last_name"]) == ("Jürgen", "O'Kassing <b>")
    assert Account.objects.get().display_name == "Jürgen O'Kassing <b>"


@pytest.mark.parametrize("name", ["李小龙", "мир", "👩‍👩‍👧"])
def test_lengths_are_counted_in_characters(twittner: Phone, name: str) -> None:
    assert twittner().post("signup", **DAN | {"first_name": name})["code"] == 200


def test_a_closed_server_says_so_and_makes_no_account(twittner: Phone, settings: Any) -> None:
    settings.REGISTRATIONS_OPEN = False

    assert twittner().post("signup", **DAN) == {"code": 400, "message": "Registrations are closed on this server"}
    assert not Account.objects.exists()


def test_a_refused_signup_makes_no_account(twittner: Phone, alice: Account) -> None:
    twittner().post("signup", **DAN | {"email": alice.email})

    assert list(Account.objects.all()) == [alice]
