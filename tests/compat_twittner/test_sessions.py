"""The life of a session: login, refresh, logout, and what the server keeps of it (twittner.md §4)."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts import devices, people
from accounts.models import Account, Platform, Session
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD, AccountFactory

Phone = Callable[..., Twittner]


def sign_in(phone: Twittner, account: Account, **more: str) -> dict[str, Any]:
    return phone.post("login", email=account.email, password=PASSWORD, **more)["auth"]


def works(auth: dict[str, Any]) -> bool:
    return Twittner(auth["auth_token"]).get("get_priv_settings")["code"] == 200


def test_a_login_opens_a_session_for_a_year(twittner: Phone, alice: Account) -> None:
    with time_machine.travel("2026-06-21T14:45:30Z", tick=False):
        auth = sign_in(twittner(), alice)

        assert works(auth)
    assert auth["auth_token_expiry"] == datetime(2027, 6, 21, 14, 45, 30, tzinfo=UTC).timestamp()


def test_the_device_type_is_the_platform(twittner: Phone, alice: Account) -> None:
    sign_in(twittner(), alice, device_type="ios")
    sign_in(twittner(), alice)

    assert list(alice.sessions.order_by("id").values_list("platform", flat=True)) == [Platform.IOS, Platform.ANDROID]


def test_tokens_are_kept_only_as_digests(twittner: Phone, alice: Account) -> None:
    auth = sign_in(twittner(), alice)
    session = Session.objects.get()

    assert bytes(session.token_digest) == hashlib.sha256(auth["auth_token"].encode()).digest()
    assert bytes(session.refresh_digest or b"") == hashlib.sha256(auth["refresh_token"].encode()).digest()


def test_two_phones_stay_signed_in_but_only_the_newest_can_refresh(twittner: Phone, alice: Account) -> None:
    first, second = sign_in(twittner(), alice), sign_in(twittner(), alice)

    assert works(first)
    assert works(second)
    assert twittner().post("refresh_access_token", refresh_token=first["refresh_token"])["code"] == 400
    assert twittner().post("refresh_access_token", refresh_token=second["refresh_token"])["code"] == 200


def test_after_a_refresh_all_old_tokens_are_dead(twittner: Phone, alice: Account) -> None:
    first, second = sign_in(twittner(), alice), sign_in(twittner(), alice)
    fresh = twittner().post("refresh_access_token", refresh_token=second["refresh_token"])["data"]

    assert works(fresh)
    assert not works(first)
    assert not works(second)
    assert twittner().post("refresh_access_token", refresh_token=second["refresh_token"])["code"] == 400


def test_a_refresh_needs_no_session_and_does_not_mind_an_old_one(twittner: Phone, alice: Account) -> None:
    auth = sign_in(twittner(), alice)
    answer = Twittner(auth["auth_token"]).post("refresh_access_token", refresh_token=auth["refresh_token"])

    assert answer["code"] == 200


def test_a_logout_ends_every_phone_of_the_account_and_no_other(twittner: Phone, alice: Account, bob: Account) -> None:
    one, two, others = sign_in(twittner(), alice), sign_in(twittner(), alice), sign_in(twittner(), bob)

    assert Twittner(one["auth_token"]).post("logout")["message"] == "Signout successful"
    assert not works(one)
    assert not works(two)
    assert works(others)


def test_after_a_logout_nothing_reaches_the_phone_and_nothing_is_renewed(twittner: Phone, alice: Account) -> None:
    auth = sign_in(twittner(), alice)
    phone = Twittner(auth["auth_token"])
    phone.post("save_pnotif_token", token="t" * 60)
    phone.post("logout")

    assert devices.of(alice.pk) is None
    assert twittner().post("refresh_access_token", refresh_token=auth["refresh_token"])["code"] == 400


def test_a_suspended_account_is_signed_out_at_once(twittner: Phone, alice: Account) -> None:
    auth = sign_in(twittner(), alice)
    people.suspend(alice.pk)

    assert not works(auth)


@pytest.mark.parametrize("password", ["  p<>&'\"\\  ", "пароль ключ", "p\tq  r\ns"])
def test_a_password_is_compared_as_it_was_typed(twittner: Phone, password: str) -> None:
    account = AccountFactory(password=password)

    assert twittner().post("login", email=account.email, password=password)["code"] == 200
    assert twittner().post("login", email=account.email, password=password.strip()[1:])["code"] == 402


@pytest.mark.parametrize("email", ["zoe@ÜBER.example", "Zoe@ΣΟΦΙΑ.example"])
def test_an_address_in_any_script_signs_in(twittner: Phone, email: str) -> None:
    account = AccountFactory(email=email)

    assert twittner().post("login", email=email, password=PASSWORD)["data"]["id"] == account.pk


def test_a_login_tells_where_the_account_was_last_seen_before(twittner: Phone, alice: Account) -> None:
    Account.objects.update(last_active_at="2026-01-01T00:00:00Z", last_address="192.0.2.7")
    user = twittner().post("login", email=alice.email, password=PASSWORD)["data"]["user"]

    assert (user["ip_address"], user["last_active"]) == ("192.0.2.7", "1767225600")
    alice.refresh_from_db()
    assert alice.last_address == "127.0.0.1"


def test_who_just_signed_up_or_in_sees_from_where(twittner: Phone, alice: Account) -> None:
    twittner().post("login", email=alice.email, password=PASSWORD)
    zoe = {"first_name": "Zoe", "last_name": "Adams", "username": "zoe", "email": "zoe@example.org"}
    phone = Twittner(twittner().post("signup", password=PASSWORD, **zoe)["auth"]["auth_token"])

    for owner, name in ((twittner(alice), "alice"), (phone, "zoe")):
        assert owner.get("profile", username=name)["data"]["ip_address"] == "127.0.0.1"


@pytest.mark.parametrize("named", ["203.0.113.7:5678", "unknown"])
def test_what_a_proxy_calls_an_address_and_is_none_is_not_kept(twittner: Phone, alice: Account, named: str) -> None:
    Account.objects.update(last_active_at="2026-01-01T00:00:00Z")
    phone = twittner(alice)
    phone.http.defaults["REMOTE_ADDR"] = named

    assert phone.get("get_priv_settings")["code"] == 200
    alice.refresh_from_db()
    assert alice.last_address is None


def test_no_answer_of_a_login_holds_a_secret(twittner: Phone, alice: Account) -> None:
    text = str(twittner().post("login", email=alice.email, password=PASSWORD))

    assert PASSWORD not in text
    assert alice.password not in text
