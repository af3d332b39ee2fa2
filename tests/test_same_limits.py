"""The same limits at both doors: what was used up through one door is used up through the other."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client, override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts import familiar_addresses, limits, people
from accounts.hashers import PHPBCryptPasswordHasher, from_php
from accounts.models import Account, FamiliarAddress
from tests.compat_mastodon.conftest import app, mastodon
from tests.compat_twittner.colibri.dumps import HASH
from tests.compat_twittner.conftest import kept_promise, twittner
from tests.compat_twittner.files import picture
from tests.factories import PASSWORD, AccountFactory

__all__ = ["app", "mastodon", "twittner"]
NOON = datetime(2026, 8, 21, 12, 1, tzinfo=UTC)
SLOWED = {"code": 429, "message": "Too many attempts. Please try again later"}


@pytest.fixture(autouse=True)
def limited(tmp_path: Path) -> Iterator[None]:
    """Limits are on, counted in a cache of the test's own, and the time stands still."""
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel(NOON, tick=False):
        yield


def at_most(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    monkeypatch.setattr(limits, name, getattr(limits, name)._replace(most=most))


def phone(endpoint: str, address: str = "192.0.2.1", **form: Any) -> Any:
    return kept_promise(Client().post(f"/mobile_api/{endpoint}", form, REMOTE_ADDR=address))


def page(name: str, password: str, address: str) -> int:
    form = {"username": name, "password": password}
    return Client().post("/auth/sign_in", form, REMOTE_ADDR=address).status_code


def new(number: int) -> dict[str, str]:
    names = {"first_name": "Nora", "last_name": "North", "username": f"nora{number}"}
    return names | {"email": f"nora{number}@example.org", "password": "open sesame"}


# --- follows, reports, uploads ------------------------------------------------------------------------


def test_follows_of_a_day(mastodon: Any, twittner: Any, alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    at_most(monkeypatch, "FOLLOWS", 2)
    one, two, three = (AccountFactory(locked=number == 1).pk for number in range(3))
    alices = twittner(alice)

    assert mastodon(alice).post(f"/api/v1/accounts/{one}/follow").status_code == 200
    assert alices.post("follow", user_id=two)["code"] == 201
    assert alices.post("follow", user_id=three) == SLOWED | {"data": []}
    assert mastodon(alice).post(f"/api/v1/accounts/{three}/follow").status_code == 429
    assert alices.post("follow", user_id=one)["message"] == "Subscription canceled successfully"
    assert alices.post("follow", user_id=one)["code"] == 429  # unfollowing gives nothing back


def test_refused_follows_cost_nothing(twittner: Any, alice: Account) -> None:
    assert twittner(alice).post("follow", user_id=alice.pk)["code"] == 400
    assert twittner(alice).post("follow", user_id=99_999)["code"] == 400

    assert limits.look(limits.FOLLOWS, alice.pk).remaining == 400


def test_reports_of_a_day(
    mastodon: Any, twittner: Any, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "REPORTS", 2)
    client, alices = mastodon(alice), twittner(alice)

    assert client.post("/api/v1/reports", {"account_id": bob.pk}).status_code == 200
    assert alices.post("profile_report", user_id=bob.pk, reason=1)["code"] == 200
    assert alices.post("profile_report", user_id=bob.pk, reason=1)["code"] == 429
    refused = client.post("/api/v1/reports", {"account_id": bob.pk})
    assert (refused.status_code, refused.json()) == (429, {"error": "Too many requests"})
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("2", "0")


def test_uploads(
    mastodon: Any,
    twittner: Any,
    alice: Account,
    bob: Account,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    at_most(monkeypatch, "UPLOADS", 2)
    client = mastodon(alice)

    def upload() -> Any:
        form = encode_multipart(BOUNDARY, {"avatar": picture()})
        return client.patch("/api/v1/accounts/update_credentials", form, content_type=MULTIPART_CONTENT)

    assert upload().status_code == 200
    assert twittner(alice).post("avatar", avatar=picture())["code"] == 200
    assert twittner(alice).post("cover", cover=picture())["code"] == 429
    assert twittner(alice).post("cover_reposition", cover_position=1)["code"] == 429
    refused = upload()
    assert (refused.status_code, refused.json()) == (429, {"error": "Too many requests"})
    assert twittner(bob).post("cover", cover=picture())["code"] == 200


# --- sign-ups and e-mail addresses --------------------------------------------------------------------


def test_five_may_sign_up_from_an_address(app: Any, db: None) -> None:
    client = app()
    form = {"username": "zoe", "email": "zoe@example.org", "password": "open sesame", "agreement": True}

    assert client.post("/api/v1/accounts", form, REMOTE_ADDR="2001:db8:1:2::1").status_code == 200
    for number in range(4):
        assert phone("signup", f"2001:db8:1:2::{number}", **new(number))["code"] == 200
    assert phone("signup", "2001:db8:1:2:ffff::1", **new(5)) == SLOWED
    assert client.post("/api/v1/accounts", form, REMOTE_ADDR="2001:db8:1:2::9").status_code == 429
    assert phone("signup", "2001:db8:1:3::1", **new(6))["code"] == 200


def test_signing_up_does_not_tell_for_ever_whether_an_address_is_taken(alice: Account) -> None:
    answers = [phone("signup", **new(1) | {"email": alice.email})["code"] for _ in range(20)]

    assert answers == [409] * 5 + [429] * 15


def test_a_malformed_sign_up_costs_nothing(db: None) -> None:
    answers = [phone("signup", **new(1) | {"username": "?"})["code"] for _ in range(9)]

    assert answers == [410] * 9
    assert phone("signup", **new(1))["code"] == 200


def test_the_settings_do_not_tell_for_ever_whether_an_address_is_taken(
    twittner: Any, alice: Account, bob: Account
) -> None:
    form = {"first_name": "Alice", "last_name": "Adams", "username": "alice", "gender": "F", "country_id": 1}
    phone = twittner(alice)

    answers = [phone.post("gen_settings", **form, email=bob.email)["code"] for _ in range(20)]
    assert answers == [400] * 10 + [429] * 10
    assert phone.post("gen_settings", **form, email="free@example.org")["code"] == 429
    assert phone.post("gen_settings", **form, email=alice.email)["code"] == 200


def test_a_forgotten_password_does_not_tell_for_ever_who_is_known(db: None) -> None:
    answers = [phone("resetpassword", email=f"nobody{number}@example.org")["code"] for number in range(40)]
    assert answers == [411] * 25 + [429] * 15

    elsewhere = [phone("resetpassword", f"192.0.2.{n}", email="x@example.org") for n in range(10, 16)]
    assert [answer["code"] for answer in elsewhere] == [411] * 5 + [429]
    assert elsewhere[-1] == SLOWED


def test_nobody_is_sent_many_mails_by_accounts_that_take_turns(
    mastodon: Callable[..., Any], twittner: Callable[..., Any], settings: Any
) -> None:
    settings.CONFIRM_EMAIL = True
    answers = []
    for number in range(6):
        person = AccountFactory(username=f"person{number}", unconfirmed=number % 2 == 0)
        form = {"first_name": "Alice", "last_name": "Adams", "username": person.username, "gender": "F"}
        for email in ("victim@example.org", f"other{number}@example.org"):  # so that the next may ask for it
            if person.unconfirmed:
                answer = mastodon(person).post("/api/v1/emails/confirmations", {"email": email})
                answers.append(answer.status_code)
            else:
                answer = twittner(person).post("gen_settings", **form, country_id=1, email=email)
                answers.append(answer["code"])

    assert answers[::2] == [200] * 5 + [429]
    assert answers[1::2] == [200] * 6


# --- guessing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "alice@example.org"])
def test_an_owner_at_a_familiar_address_is_not_shut_out_by_strangers(alice: Account, name: str) -> None:
    home, work = "198.51.100.7", "203.0.113.5"
    assert page(name, PASSWORD, home) == page(name, PASSWORD, work) == 302

    strangers = [page(name, "guess", f"192.0.2.{number}") for number in range(40)]
    assert strangers == [200] * 25 + [429] * 15
    assert page(name, PASSWORD, home) == 302  # which is not the last that was used
    assert page(name, PASSWORD, work) == 302


def test_an_owner_at_a_familiar_address_gets_in_through_twittner(alice: Account) -> None:
    home, work = "2001:db8:1:2::1", "203.0.113.5"
    assert phone("login", home, email=alice.email, password=PASSWORD)["code"] == 200
    assert phone("login", work, email=alice.email, password=PASSWORD)["code"] == 200

    for number in range(40):
        phone("login", f"192.0.2.{number}", email=alice.email, password="guess")
    assert phone("login", "198.51.100.9", email=alice.email, password=PASSWORD)["code"] == 429
    assert phone("login", "2001:db8:1:2::ffff", email=alice.email, password=PASSWORD)["code"] == 200
    assert phone("login", work, email=alice.email, password=PASSWORD)["code"] == 200


def test_an_address_is_familiar_at_the_other_door_too(alice: Account) -> None:
    assert phone("login", "198.51.100.7", email=alice.email, password=PASSWORD)["code"] == 200
    for number in range(40):
        page("alice", "guess", f"192.0.2.{number}")

    assert page("alice", PASSWORD, "198.51.100.7") == 302


def test_right_passwords_do_not_count(alice: Account, bob: Account) -> None:
    assert {page("alice", PASSWORD, "192.0.2.1") for _ in range(40)} == {302}
    assert {phone("login", email=alice.email, password=PASSWORD)["code"] for _ in range(40)} == {200}
    assert page("bob", "guess", "192.0.2.1") == 200


def test_guesses_from_one_ipv6_network_count_together_at_both_doors(alice: Account) -> None:
    pages = [page("alice", "guess", f"2001:db8:1:2::{number:x}") for number in range(26)]
    assert pages == [200] * 25 + [429]

    phones = [phone("login", f"2001:db8:1:2::{n:x}", email=alice.email, password="guess")["code"] for n in range(6)]
    assert phones == [402] * 5 + [429]


@pytest.mark.parametrize("name", ["bob", "nobody", "nobody@example.org"])
def test_a_name_that_nobody_has_is_slowed_down_alike(bob: Account, name: str) -> None:
    answers = [page(name, "guess", f"192.0.2.{number}") for number in range(30)]

    assert answers == [200] * 25 + [429] * 5


def test_a_wrong_password_takes_as_long_for_every_account_and_for_none(
    bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode, verify = MD5PasswordHasher.encode, PHPBCryptPasswordHasher.verify

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(f"{password}, as new passwords")
        return encode(self, password, salt)

    def counted_too(self: PHPBCryptPasswordHasher, password: str, encoded: str) -> bool:
        hashed.append(f"{password}, as imported ones")
        return verify(self, password, encoded)

    def work(ask: Callable[..., Any], *values: str, **more: str) -> list[str]:
        hashed.clear()
        ask(*values, **more)
        return sorted(hashed)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    monkeypatch.setattr(PHPBCryptPasswordHasher, "verify", counted_too)
    imported, without = AccountFactory(username="imported"), AccountFactory(username="without")
    Account.objects.filter(pk=imported.pk).update(password=from_php(HASH))
    people.set_password(without, None)
    names = ["bob", "imported", "nobody", "without"]
    for number, name in enumerate([*names, *(f"{name}@example.org" for name in names)]):
        place = f"192.0.2.{number}"
        assert len(work(page, name, "guess", place)) == 2
        if "@" in name:
            assert len(work(phone, "login", place, email=name, password="guess")) == 2
        if name[0] in "bin":
            assert work(page, name, "guess", place) == ["guess, as imported ones", "guess, as new passwords"]


def test_a_form_without_a_password_is_no_guess(alice: Account) -> None:
    assert {page("alice", "", "192.0.2.1") for _ in range(30)} == {200}
    assert page("alice", PASSWORD, "192.0.2.1") == 302


def test_an_own_password_in_the_admin_is_guessed_no_faster(root: Account) -> None:
    client = Client()
    client.force_login(root)

    def change(old: str) -> Any:
        form = {"old_password": old, "new_password1": "another sesame", "new_password2": "another sesame"}
        return client.post("/admin/password_change/", form)

    for _ in range(5):
        assert "entered incorrectly" in change("guess").content.decode()
    assert "Too many wrong passwords" in change(PASSWORD).content.decode()


def test_the_addresses_of_an_account_are_bounded_and_none_is_readable(alice: Account) -> None:
    for number in range(2 * familiar_addresses.MOST):
        familiar_addresses.note(alice.pk, f"192.0.2.{number}")
    familiar_addresses.note(alice.pk, f"192.0.2.{number}")

    kept = FamiliarAddress.objects.filter(account=alice)
    assert kept.count() == familiar_addresses.MOST
    assert not any("192" in row.digest for row in kept if row.digest.startswith("192.0"))
    assert familiar_addresses.knows(alice, f"192.0.2.{number}")
    assert not familiar_addresses.knows(alice, "192.0.2.0")


@pytest.mark.parametrize("reset", [people.set_password, people.reset_password])
def test_a_new_password_forgets_the_guesses_of_strangers(alice: Account, reset: Callable[..., None]) -> None:
    for number in range(40):
        page("alice", "guess", f"192.0.2.{number}")
        phone("login", f"192.0.2.{number}", email=alice.email, password="guess")
    reset(alice, "another sesame")

    assert page("alice", "another sesame", "198.51.100.1") == 302
    assert phone("login", "198.51.100.2", email=alice.email, password="another sesame")["code"] == 200


def test_an_owner_who_forgot_the_password_signs_in_at_once_after_the_mail(alice: Account) -> None:
    for _ in range(6):
        phone("login", email=alice.email, password="forgotten")
    assert phone("resetpassword", email=alice.email)["code"] == 200
    (link,) = re.findall(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    browser = Client(REMOTE_ADDR="192.0.2.1")
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"new_password1": "another sesame", "new_password2": "another sesame"})

    assert phone("login", email=alice.email, password="another sesame")["code"] == 200
