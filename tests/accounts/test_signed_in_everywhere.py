"""The page that lists browsers, apps and phones, and signs them out."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.browsers import Browser
from accounts.models import Account, Platform, Session
from compat_mastodon.models import AccessToken
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_mastodon.oauth_client import browser, press
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD

PAGE = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(**heads: str) -> Client:
    client = Client(headers=heads)
    client.post("/auth/sign_in", {"username": "alice", "password": PASSWORD})
    return client


def test_a_member_sees_every_browser_app_and_phone_of_theirs(alice: Account, bob: Account) -> None:
    signed_in(**{"User-Agent": FIREFOX})
    here = browser(alice)
    token_for(alice)
    sessions.open_session(alice.pk, Platform.IOS)
    sessions.open_session(bob.pk, Platform.ANDROID)

    html = here.get(PAGE).content.decode()
    assert "Firefox, Linux" in html
    assert html.count('value="browser:') == 1  # not this one
    assert html.count("This one") == 1
    assert html.count('value="app:') == html.count('value="phone:') == 1


def test_one_browser_is_signed_out(alice: Account) -> None:
    other, here = signed_in(), browser(alice)
    assert other.get(PAGE).status_code == 200
    row = Browser.objects.get(session_key=other.session.session_key)

    assert post(here, f"browser:{row.pk}") == PAGE
    assert other.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert post(here, f"browser:{row.pk}") == PAGE  # once more does no harm


def test_one_phone_and_one_app_are_signed_out(alice: Account) -> None:
    here, app = browser(alice), Mastodon(token_for(alice))
    phone = Twittner(sessions.open_session(alice.pk, Platform.ANDROID).token)
    post(here, f"phone:{Session.objects.get().pk}")
    post(here, f"app:{AccessToken.objects.get(user=alice).application_id}")

    assert phone.get("get_priv_settings")["code"] == 401
    assert app.get("/api/v1/accounts/verify_credentials").status_code == 401


def test_nobody_signs_others_out(alice: Account, bob: Account) -> None:
    hers, his = browser(alice), browser(bob)
    sessions.open_session(alice.pk, Platform.ANDROID)
    post(his, f"browser:{Browser.objects.get(account=alice).pk}")
    post(his, f"phone:{Session.objects.get().pk}")

    assert hers.get(PAGE).status_code == 200
    assert Session.objects.exists()


@pytest.mark.parametrize("end", ["", "browser:", "phone:x", "app:99999999999999999999", "browser:-1", "nonsense:1"])
def test_nonsense_ends_nothing(alice: Account, end: str) -> None:
    assert post(browser(alice), end) == PAGE


def test_signing_out_everywhere(alice: Account) -> None:
    other, here, app = signed_in(), browser(alice), Mastodon(token_for(alice))
    phone = Twittner(sessions.open_session(alice.pk, Platform.ANDROID).token)

    assert post(here, "everything") == "/auth/sign_in"
    assert here.get(PAGE).status_code == other.get(PAGE).status_code == 302
    assert phone.get("get_priv_settings")["code"] == 401
    assert app.get("/api/v1/accounts/verify_credentials").status_code == 401
    assert "signed out everywhere" in here.get("/auth/sign_in").content.decode()


def test_the_last_use_is_noted_now_and_then(alice: Account) -> None:
    here, app = browser(alice), Mastodon(token_for(alice))
    phone = Twittner(sessions.open_session(alice.pk, Platform.ANDROID).token)
    ago = timezone.now() - timedelta(hours=2)
    for model in (Browser, Session, AccessToken):
        model.objects.update(used_at=ago)
    noted = here.session
    noted["noted"] = [noted.session_key, ago.timestamp()]
    noted.save()

    here.get(PAGE), phone.get("get_priv_settings"), app.get("/api/v1/accounts/verify_credentials")
    for model in (Browser, Session, AccessToken):
        assert timezone.now() - model.objects.get().used_at < timedelta(minutes=5), model


def test_a_browser_that_is_signed_out_leaves_no_row(alice: Account) -> None:
    here = browser(alice)
    here.get(PAGE)
    press(here, here.get("/auth/sign_in"), button=-1)
    call_command("sweep", verbosity=0)

    assert not Browser.objects.exists()


def post(client: Client, end: str) -> str:
    client.handler.enforce_csrf_checks = False
    return str(client.post(PAGE, {"end": end})["Location"])
