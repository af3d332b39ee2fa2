"""The settings of the account itself: profile, language, e-mail address, password, and the end."""

import inspect
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from PIL import Image

from accounts import decoder, images, people, sessions
from accounts.models import Account, Platform
from accounts.pages.problems import PICTURES
from accounts.profile import MAX_DISPLAY_NAME, MAX_NOTE
from tests.compat_mastodon.conftest import token_for
from tests.compat_twittner.files import garbage
from tests.factories import PASSWORD
from tests.mail_server import link_in

PAGES = ["profile", "language", "account", "account/email", "account/password", "account/delete"]
PROFILE = {"display_name": "Alice Adams", "avatar_place": 50, "header_place": 0}
NEW = "a new password"
FORMATS = "has a format that cannot be used here: send {} or {}"


@pytest.fixture
def member(alice: Account) -> Client:
    return browser(alice)


def browser(account: Account) -> Client:
    """A browser in which this account is signed in."""
    client = Client()
    client.force_login(account)
    return client


def halves(size: tuple[int, int], first: str, second: str) -> io.BytesIO:
    """A picture whose left or upper half has another colour than the other half."""
    picture, file = Image.new("RGB", size, second), io.BytesIO()
    width, height = size
    picture.paste(first, (0, 0, width // 2, height) if width > height else (0, 0, width, height // 2))
    picture.save(file, "PNG")
    file.name = "halves.png"
    file.seek(0)
    return file


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_for_members_alone(member: Client, name: str) -> None:
    page = member.get(f"/settings/{name}")
    assert (page.status_code, Client().get(f"/settings/{name}").status_code) == (200, 302)
    assert page.content.decode().count("<h1>") == 1


def test_the_settings_begin_with_the_profile(member: Client) -> None:
    assert member.get("/settings")["Location"] == "/settings/profile"


class TestProfile:
    def test_it_is_what_others_see_then(self, member: Client, alice: Account) -> None:
        sent = {"display_name": "Dr. Alice", "note": "Hello https://a.example", "website": "https://alice.example"}
        rows = {"field_name_1": "Code", "field_value_1": "https://code.example", "field_value_3": "alone"}
        answer = member.post("/settings/profile", PROFILE | sent | rows | {"bot": "on", "hide_collections": "on"})

        assert answer["Location"] == "/settings/profile"
        now = fresh(alice)
        assert (now.display_name, now.note, now.website) == tuple(sent.values())
        assert now.fields == [{"name": "Code", "value": "https://code.example"}, {"name": "", "value": "alone"}]
        assert (now.bot, now.hide_collections, now.noindex, now.discoverable) == (True, True, False, None)
        page = member.get("/settings/profile").content.decode()
        assert "Your profile is saved." in page
        assert 'value="https://code.example"' in page

    def test_saving_it_unchanged_changes_nothing(self, member: Client, alice: Account) -> None:
        people.change(alice.pk, first_name="Anna Maria", last_name="Adams", display_name="Alice Adams")
        before = fresh(alice)
        member.post("/settings/profile", PROFILE)

        assert (fresh(alice).first_name, fresh(alice).version) == ("Anna Maria", before.version)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("display_name", "x" * (MAX_DISPLAY_NAME + 1)),
            ("note", "x" * (MAX_NOTE + 1)),
            ("website", "javascript:alert(1)"),
            ("website", "no address"),
            ("avatar_place", "101"),
            ("avatar_place", "x"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
        self, member: Client, alice: Account, field: str, value: str
    ) -> None:
        answer = member.post("/settings/profile", PROFILE | {"bot": "on", field: value})

        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
        assert not fresh(alice).bot

    def test_the_bounds_are_those_of_mastodon_clients(self, member: Client, alice: Account) -> None:
        link = "https://" + "a" * 600
        token = {"Authorization": f"Bearer {token_for(alice)}"}
        for note, fits in (("x" * MAX_NOTE, True), ("x" * (MAX_NOTE + 1), False), (link, True)):
            page = member.post("/settings/profile", PROFILE | {"note": note})
            api = Client().patch(
                "/api/v1/accounts/update_credentials", {"note": note}, content_type="application/json", headers=token
            )
            assert (page.status_code == 302, api.status_code == 200) == (fits, fits)

    @pytest.mark.parametrize(("place", "colour"), [(0, "red"), (100, "blue")])
    def test_the_chosen_part_of_a_picture_is_kept(
        self, member: Client, alice: Account, settings: Any, tmp_path: Path, place: int, colour: str
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        files = {"avatar": halves((800, 400), "red", "blue"), "header": halves((600, 800), "red", "blue")}
        places = {"avatar_place": place, "header_place": place, "avatar_description": "Me"}
        assert member.post("/settings/profile", PROFILE | places | files).status_code == 302

        now = fresh(alice)
        for kept in (now.avatar, now.header):
            with kept.open() as file, Image.open(file) as picture:
                red, _, blue = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))  # type: ignore[misc]
            assert (red > blue) == (colour == "red")
        assert now.avatar_description == "Me"

        member.post("/settings/profile", PROFILE | {"drop_avatar": "on", "drop_header": "on"})
        assert not fresh(alice).avatar
        assert not fresh(alice).header

    def test_what_is_no_picture_is_refused_and_nothing_is_saved(self, member: Client, alice: Account) -> None:
        answer = member.post("/settings/profile", PROFILE | {"bot": "on", "avatar": garbage()})

        assert answer.status_code == 422
        assert 'id="id_avatar_error">This is not a picture.</p>' in answer.content.decode()
        assert not fresh(alice).bot

    def test_a_picture_is_refused_in_the_language_of_the_member(self, member: Client, alice: Account) -> None:
        people.change(alice.pk, locale="de")
        wide = halves((2020, 20), "red", "blue")
        wide.name = "wide.png"
        answer = member.post("/settings/profile", PROFILE | {"header": wide})

        assert "Eine Seite darf höchstens 100-mal so lang sein wie die andere." in answer.content.decode()

    def test_each_reason_to_refuse_a_picture_has_a_sentence(self) -> None:
        source = inspect.getsource(decoder) + inspect.getsource(images)
        found = re.findall(r'(?:Refusal\(|TOO_\w+ = |BUSY = |return )f?"((?:has|is|takes|cannot) [^"]+)"', source)
        words = {re.sub(r"\{[^}]+\}|\d+", "{}", text) for text in found} - {FORMATS}

        assert len(words) == len(PICTURES) - 2
        assert words < PICTURES.keys()


class TestLanguage:
    def test_pages_and_mails_are_in_it(self, member: Client, alice: Account) -> None:
        member.post("/settings/language", {"locale": "de", "time_zone": "Europe/Berlin"})

        assert (fresh(alice).locale, fresh(alice).time_zone) == ("de", "Europe/Berlin")
        assert '<html lang="de"' in member.get("/settings/language").content.decode()
        member.post("/settings/language", {"locale": "", "time_zone": ""})
        assert (fresh(alice).locale, fresh(alice).time_zone) == (None, None)

    def test_unknown_ones_are_refused(self, member: Client, alice: Account) -> None:
        for wrong in ({"locale": "xx"}, {"time_zone": "../../etc/passwd"}, {"time_zone": "Mars/Base"}):
            assert member.post("/settings/language", wrong).status_code == 422
        assert (fresh(alice).locale, fresh(alice).time_zone) == (None, None)


class TestEmail:
    def test_it_moves_by_the_link(self, member: Client, alice: Account) -> None:
        form = {"email": "alice@new.example", "password": PASSWORD}
        page = member.post("/settings/account/email", form, follow=True).content.decode()
        assert "We sent a link to alice@new.example" in page

        (sent,) = (one for one in mail.outbox if one.to == ["alice@new.example"])
        assert Client().post(link_in(str(sent.body))).status_code == 200
        assert fresh(alice).email == "alice@new.example"

    def test_the_page_says_the_same_when_somebody_has_the_address(self, member: Client, bob: Account) -> None:
        said = []
        for email in (bob.email, "free@example.org"):
            answer = member.post("/settings/account/email", {"email": email, "password": PASSWORD}, follow=True)
            said.append(answer.content.decode().replace(email, "X").count("We sent a link to X"))
        assert said == [1, 1]

    @pytest.mark.parametrize("wrong", [{"password": "a guess"}, {"email": "nothing"}, {"email": "alice@example.org"}])
    def test_mistakes_are_said(self, member: Client, alice: Account, wrong: dict[str, str]) -> None:
        form = {"email": "alice@new.example", "password": PASSWORD} | wrong
        answer = member.post("/settings/account/email", form)

        assert answer.status_code == 422
        assert 'class="fault"' in answer.content.decode()
        assert not mail.outbox

    def test_a_server_without_mail_says_so(self, member: Client, alice: Account, settings: Any) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
        form = {"email": "alice@new.example", "password": PASSWORD}

        assert "cannot send mail" in member.post("/settings/account/email", form).content.decode()


class TestPassword:
    def change(self, member: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> Any:
        form = {"old_password": old, "new_password1": new, "new_password2": again}
        return member.post("/settings/account/password", form, follow=True)

    def test_everything_else_is_signed_out(self, member: Client, alice: Account) -> None:
        phone, other = sessions.open_session(alice.pk, Platform.IOS), browser(alice)
        client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
        assert "Your password is changed" in self.change(member).content.decode()

        assert fresh(alice).check_password(NEW)
        assert member.get("/settings/account").status_code == 200
        assert other.get("/settings/account").status_code == 302
        assert sessions.resolve(phone.token) is None
        assert client.get("/api/v1/accounts/verify_credentials").status_code == 401

    @pytest.mark.parametrize("wrong", [{"old": "a guess"}, {"new": "short", "again": "short"}, {"again": "other"}])
    def test_mistakes_change_nothing(self, member: Client, alice: Account, wrong: dict[str, str]) -> None:
        assert self.change(member, **wrong).status_code == 422
        assert fresh(alice).check_password(PASSWORD)


class TestDelete:
    def test_the_account_is_hidden_for_seven_days_and_signing_in_keeps_it(self, member: Client, alice: Account) -> None:
        page = member.post("/settings/account/delete", {"password": PASSWORD}).content.decode()
        assert "Your account will be deleted" in page

        assert member.get("/settings/account").status_code == 302
        assert Client().get("/@alice").status_code == 404
        back = Client()
        answer = back.post("/auth/sign_in", {"username": "alice", "password": PASSWORD, "next": "/settings/profile"})
        assert "Your account will not be deleted" in back.get(answer["Location"]).content.decode()
        assert Client().get("/@alice").status_code == 200

    def test_it_needs_the_password(self, member: Client, alice: Account) -> None:
        assert member.post("/settings/account/delete", {"password": "a guess"}).status_code == 422
        assert fresh(alice).leaves_at is None

    def test_sent_twice_it_happens_once(self, member: Client, alice: Account) -> None:
        member.post("/settings/account/delete", {"password": PASSWORD})
        leaves_at = fresh(alice).leaves_at

        assert member.post("/settings/account/delete", {"password": PASSWORD})["Location"] == "/auth/sign_in"
        assert fresh(alice).leaves_at == leaves_at


def test_a_form_without_its_token_is_refused(alice: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for name in PAGES[:2] + PAGES[3:]:
        assert client.post(f"/settings/{name}", {"password": PASSWORD}).status_code == 403


def test_wrong_passwords_are_limited(member: Client, settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {"default": {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}}
    settings.RATE_LIMITS = True
    answers = [member.post("/settings/account/delete", {"password": "a guess"}).content.decode() for _ in range(7)]

    assert "This is not your password." in answers[0]
    assert "Too many wrong passwords." in answers[-1]
