"""What owners change about themselves (twittner.md §2.2); the texts are in golden/*.json."""

from collections.abc import Callable

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account, Verification
from follows import graph
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD, AccountFactory

Phone = Callable[..., Twittner]
FORM = {
    "first_name": "Zoë",
    "last_name": "O'Neil",
    "about": 'Love & <3\n"quotes" 👩‍👩‍👧 \\o/',
    "email": "zoe@example.org",
    "gender": "T",
    "website": "https://example.org/?a=1&b=2",
    "country_id": "11",
    "username": "zoe",
}


def test_what_goes_in_comes_out(twittner: Phone, alice: Account) -> None:
    phone = twittner(alice)
    phone.post("gen_settings", **FORM)
    profile = phone.get("profile", user_id=alice.pk)["data"]

    assert (profile["first_name"], profile["last_name"], profile["user_name"]) == ("Zoë", "O'Neil", "zoe")
    assert profile["about_you"] == FORM["about"]
    assert (profile["website"], profile["gender"], profile["email"]) == (FORM["website"], "T", FORM["email"])
    assert profile["country"] == "Antigua and/or Barbuda"


def test_a_name_is_one_line(twittner: Phone, alice: Account) -> None:
    answer = twittner(alice).post("gen_settings", **FORM | {"first_name": "Zoë\r\nMarie\x00"})

    assert answer["data"]["first_name"] == "Zoë Marie"


def test_the_other_world_sees_the_name_as_one(twittner: Phone, alice: Account) -> None:
    twittner(alice).post("gen_settings", **FORM)

    alice.refresh_from_db()
    assert alice.display_name == "Zoë O'Neil"


@pytest.mark.parametrize("length", [140, 141])
def test_lengths_are_counted_in_characters(twittner: Phone, alice: Account, length: int) -> None:
    answer = twittner(alice).post("gen_settings", **FORM | {"about": "李" * length})

    assert answer["code"] == (200 if length == 140 else 400)


def test_a_new_user_name_costs_the_badge_and_other_changes_do_not(twittner: Phone, alice: Account) -> None:
    people.change(alice.pk, verification=Verification.VERIFIED)
    phone = twittner(alice)

    assert phone.post("gen_settings", **FORM | {"username": "alice"})["data"]["is_verified"] is True
    assert phone.post("gen_settings", **FORM)["data"]["is_verified"] is False


def test_one_may_change_the_letter_case_of_ones_own_name(twittner: Phone, alice: Account) -> None:
    assert twittner(alice).post("gen_settings", **FORM | {"username": "ALICE"})["data"]["user_name"] == "ALICE"


def test_what_came_in_another_length_through_the_other_door_may_be_kept(twittner: Phone) -> None:
    al = AccountFactory(username="al", email=f"{'a' * 60}@example.org")
    graph.change_profile(al.pk, Actor(al.pk, "test"), display_name="Al Bo", note="é\n" * 200 + "!")
    phone = twittner(al)
    mine = phone.get("profile", user_id=al.pk)["data"]
    kept = {"first_name": "Al", "last_name": "Bo", "about": mine["about_you"], "email": al.email, "username": "al"}

    answer = phone.post("gen_settings", **FORM | kept)
    assert (answer["code"], answer["data"]["website"]) == (200, FORM["website"])
    assert phone.post("gen_settings", **FORM | kept | {"last_name": "Bi"})["message"] == "Invlid user last name"


def test_a_refused_change_changes_nothing(twittner: Phone, alice: Account) -> None:
    twittner(alice).post("gen_settings", **FORM | {"username": "not ok"})

    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_the_address_of_somebody_is_nobodys_business(twittner: Phone, alice: Account, bob: Account) -> None:
    twittner(alice).post("follow", user_id=bob.pk)
    for answer in (
        twittner(bob).get("profile", user_id=alice.pk),
        twittner(bob).get("fetch_followers", user_id=bob.pk),
        twittner(bob).get("search_people", query="alice"),
    ):
        assert alice.email not in str(answer)


def test_a_changed_password_leaves_the_phone_signed_in(twittner: Phone, alice: Account) -> None:
    phone = twittner(alice)
    phone.post("change_password", old_password=PASSWORD, new_password=" new pw ")

    assert phone.get("get_priv_settings")["code"] == 200
    assert twittner().post("login", email=alice.email, password=" new pw ")["code"] == 200
    assert twittner().post("login", email=alice.email, password=PASSWORD)["code"] == 402


def test_a_language_shows_in_the_profile(twittner: Phone, alice: Account) -> None:
    phone = twittner(alice)
    phone.post("language", lang_name="ukraine")

    assert phone.get("profile", user_id=alice.pk)["data"]["language"] == "ukraine"
