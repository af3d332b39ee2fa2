"""A second factor: set up on a page, asked for at each sign-in, demanded of moderators."""

import base64
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import second_factor
from accounts.models import Account, RecoveryCode, SecondFactor
from tests.compat_mastodon.oauth_client import browser, forms
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD
from tests.moderation import Desk

PAGE, SIGN_IN, STEP = "/settings/second_factor", "/auth/sign_in", "/auth/second_step"


def send(client: Client, page: str, **values: str) -> Any:
    """Fill in the form of a page that has these hidden fields, or its first one, and send it."""
    found = [hidden for _, hidden in forms(client.get(page)) if hidden.get("do") == values.get("do")]
    return client.post(page, {"csrfmiddlewaretoken": found[0]["csrfmiddlewaretoken"]} | values)


def code_now(account: Account, later: int = 0) -> str:
    """The code that the owner's app shows, or the one after so many steps."""
    app = TOTP(bytes(SecondFactor.objects.get(account=account).key), drift=later)
    return f"{app.token():06}"


@pytest.fixture
def codes(alice: Account) -> list[str]:
    """Alice has a second factor; these are her recovery codes."""
    second_factor.begin(alice.pk)
    return second_factor.confirm(alice.pk, code_now(alice))


def with_password(client: Client, **values: str) -> Any:
    return send(client, SIGN_IN, username="alice", password=PASSWORD, **values)


def test_a_member_sets_it_up(alice: Account) -> None:
    client = browser(alice)
    assert send(client, PAGE, do="begin", password="wrong").status_code == 422
    assert send(client, PAGE, do="begin", password=PASSWORD).status_code == 302
    page = client.get(PAGE).content.decode()
    (secret,) = re.findall(r'class="code secret">([A-Z2-7]+)<', page)
    assert "<svg" in page
    assert not re.search(r"\sstyle=", page)
    assert base64.b32decode(secret) == bytes(SecondFactor.objects.get().key)

    assert send(client, PAGE, do="confirm", code="000000").status_code == 422
    assert not second_factor.is_on(alice.pk)
    answer = send(client, PAGE, do="confirm", code=code_now(alice))
    shown = re.findall(r"<code>([a-z0-9-]{19})</code>", answer.content.decode())
    assert len(shown) == len(set(shown)) == 10
    assert "no-store" in answer["Cache-Control"]
    assert shown[0].replace("-", "") not in str(list(RecoveryCode.objects.values()))
    assert shown[0] not in client.get(PAGE).content.decode()


def test_the_password_alone_signs_nobody_in(alice: Account, codes: list[str]) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = with_password(client)
    assert answer["Location"] == STEP
    assert client.get(PAGE).status_code == 302

    assert send(client, STEP, code="123456").status_code == 422
    assert client.get(PAGE).status_code == 302
    assert send(client, STEP, code=code_now(alice, later=1)).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_one_comes_back_to_where_one_was(alice: Account, codes: list[str]) -> None:
    client = Client(enforce_csrf_checks=True)
    with_password(client, next="/oauth/authorize?client_id=x")

    assert send(client, STEP, code=codes[0])["Location"] == "/oauth/authorize?client_id=x"


def test_a_code_works_once(alice: Account, codes: list[str]) -> None:
    code = code_now(alice, later=1)
    second_factor.use(alice.pk, code)
    for used in (code, code_now(alice)):
        with pytest.raises(second_factor.WrongCode):
            second_factor.use(alice.pk, used)

    second_factor.use(alice.pk, codes[3].upper().replace("-", " "))
    with pytest.raises(second_factor.WrongCode):
        second_factor.use(alice.pk, codes[3])
    assert second_factor.recovery_codes_left(alice.pk) == 9


@pytest.mark.parametrize("code", ["", "１２３４５６", "12345", "1234567", "\0" * 6, "x" * 40])
def test_nonsense_is_no_code(alice: Account, codes: list[str], code: str) -> None:
    with pytest.raises(second_factor.WrongCode):
        second_factor.use(alice.pk, code)


def test_the_second_step_does_not_wait_for_ever(alice: Account, codes: list[str]) -> None:
    client = Client()
    with_password(client)
    halfway = client.session
    halfway["second_step"] |= {"since": timezone.now().timestamp() - 601}
    halfway.save()

    assert client.post(STEP, {"code": codes[0]})["Location"] == SIGN_IN
    assert second_factor.recovery_codes_left(alice.pk) == 10


def test_a_new_password_ends_what_was_begun_with_the_old_one(alice: Account, codes: list[str]) -> None:
    client = Client()
    with_password(client)
    alice.set_password("another 42 one")
    alice.save()

    assert client.post(STEP, {"code": codes[0]})["Location"] == SIGN_IN


def test_codes_cannot_be_guessed(alice: Account, codes: list[str], tmp_path: Path) -> None:
    client, file = Client(), {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel(timezone.now(), tick=False):
        with_password(client)
        answers = [client.post(STEP, {"code": "000000"}).status_code for _ in range(11)]

        assert answers == [422] * 10 + [429]
        assert client.post(STEP, {"code": codes[0]}).status_code == 429


def test_it_is_turned_off_with_the_password(alice: Account, codes: list[str]) -> None:
    client = browser(alice)
    assert send(client, PAGE, do="off", password="wrong").status_code == 422
    assert second_factor.is_on(alice.pk)

    send(client, PAGE, do="off", password=PASSWORD)
    assert not second_factor.is_on(alice.pk)
    assert not RecoveryCode.objects.exists()
    assert with_password(Client())["Location"] != STEP


def test_new_recovery_codes_replace_the_old_ones(alice: Account, codes: list[str]) -> None:
    answer = send(browser(alice), PAGE, do="codes", password=PASSWORD)

    new = re.findall(r"<code>([a-z0-9-]{19})</code>", answer.content.decode())
    assert len(new) == 10
    assert not set(new) & set(codes)
    with pytest.raises(second_factor.WrongCode):
        second_factor.use(alice.pk, codes[0])


def test_a_phone_gives_the_code_at_the_end_of_the_password(alice: Account, codes: list[str]) -> None:
    phone = Twittner()
    assert phone.post("login", email=alice.email, password=PASSWORD)["code"] == 402
    assert phone.post("login", email=alice.email, password=f"{PASSWORD}000000")["code"] == 402
    code = code_now(alice, later=1)

    assert phone.post("login", email=alice.email, password=f"{PASSWORD}{code}")["auth"]["auth_token"]
    assert phone.post("login", email=alice.email, password=f"{PASSWORD}{code}")["code"] == 402


def test_wrong_codes_count_together_wherever_they_are_given(alice: Account, codes: list[str], tmp_path: Path) -> None:
    """Also from ever other addresses, by somebody who knows the password."""
    client, file = Client(), {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel(timezone.now(), tick=False):
        answers = []
        for number in range(21):
            phone = Twittner()
            phone.http.defaults["REMOTE_ADDR"] = f"203.0.113.{number}"
            answers.append(phone.post("login", email=alice.email, password=f"{PASSWORD}000000")["code"])
        assert answers == [402] * 20 + [429]
        with_password(client)
        assert client.post(STEP, {"code": "000000"}).status_code == 429


def test_the_key_of_a_session_changes_with_each_step(alice: Account, codes: list[str]) -> None:
    """Somebody may have planted the first one, and knows it."""
    client, keys = Client(), []
    session = client.session
    session.save()
    for step in (lambda: None, lambda: with_password(client), lambda: send(client, STEP, code=codes[0])):
        step()
        keys.append(client.cookies["latchkey_session"].value)

    assert len(set(keys)) == 3
    assert [client.session.exists(key) for key in keys] == [False, False, True]


# --- moderators ---------------------------------------------------------------------------------------


@override_settings(REQUIRE_SECOND_FACTOR="moderators")
def test_moderators_set_one_up_before_they_moderate(moderator: Account) -> None:
    desk = Desk(moderator)
    assert desk.open("follows_followrequest")["Location"] == PAGE
    assert "Moderators of this server need" in desk.client.get(PAGE).content.decode()
    second_factor.begin(moderator.pk)
    second_factor.confirm(moderator.pk, code_now(moderator))

    assert desk.open("follows_followrequest").status_code == 200


@override_settings(REQUIRE_SECOND_FACTOR="moderators")
def test_members_need_none(alice: Account) -> None:
    assert with_password(Client())["Location"] != PAGE
    assert Client().get("/admin/").status_code == 302


def test_moderators_are_signed_out_after_a_day(moderator: Account, alice: Account) -> None:
    client = browser(moderator)
    assert timedelta(hours=23) < client.session.get_expiry_date() - timezone.now() <= timedelta(days=1)
    assert browser(alice).session.get_expiry_date() - timezone.now() > timedelta(days=2)


def test_an_administrator_helps_somebody_who_lost_it(root: Account, alice: Account, codes: list[str]) -> None:
    Desk(root).act("accounts_account", "turn_off_second_factor", alice.pk)

    assert not second_factor.is_on(alice.pk)
