"""Somebody signs up, sets up a second factor, and signs in with it; axe and the policy find nothing on the way."""

import pytest
from django_otp.oath import TOTP
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account, SecondFactor
from accounts.models.joining import Document, Rule
from tests.browser.conftest import Browser
from tests.browser.test_accessibility import barriers, shown, size
from tests.factories import PASSWORD
from tests.servers import Live

__all__ = ["shown", "size"]

pytestmark = pytest.mark.once


@pytest.fixture
def texts(live: Live) -> None:
    """The server has rules and terms."""
    with live.database():
        Rule.objects.get_or_create(text="Be kind, also to people with other views.", hint="No insults, no threats.")
        Document.objects.get_or_create(
            kind="terms", defaults={"text": "You are 16 or older.\n\nhttps://example.org/law"}
        )


def test_from_signing_up_to_a_second_factor(live: Live, texts: None, shown: Browser, size: tuple[int, int]) -> None:
    name = f"eve_{size[0]}_{'dark' if is_dark(shown) else 'light'}"

    def is_well(picture: str, about: str) -> None:
        shown.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, about)))
        assert shown.execute_script("return document.documentElement.scrollWidth") == size[0], picture
        assert barriers(shown) == [], picture
        assert not [entry for entry in shown.get_log("browser") if "Content Security Policy" in entry["message"]]
        shown.picture(f"{picture}-{name.partition('_')[2].replace('_', '-')}")

    shown.get(f"{live.url}/terms")
    is_well("terms", ".bio")
    shown.get(f"{live.url}/auth/sign_up?next=/settings/second_factor")
    is_well("sign-up", ".rules")
    fill(shown, username=name, email=f"{name}@example.org", password=PASSWORD)
    shown.find_element(By.NAME, "agreement").send_keys(Keys.SPACE, Keys.ENTER)
    is_well("second-factor", "input[value=begin]")
    fill(shown, password=PASSWORD)
    shown.find_element(By.NAME, "password").send_keys(Keys.ENTER)
    is_well("second-factor-begun", ".qr svg")
    fill(shown, code=code_of(live, name))
    shown.find_element(By.NAME, "code").send_keys(Keys.ENTER)
    is_well("second-factor-codes", ".codes")
    recovery = shown.find_element(By.CSS_SELECTOR, ".codes code").text
    shown.get(f"{live.url}/settings/sessions")
    is_well("sessions", ".rows .icon")
    shown.find_element(By.CSS_SELECTOR, "[value=everything] + button").click()
    is_well("sign-in", "input[name=username]")
    fill(shown, username=name, password=PASSWORD)
    shown.find_element(By.NAME, "password").send_keys(Keys.ENTER)
    is_well("second-step", "input[name=code]")
    fill(shown, code=recovery)
    shown.find_element(By.NAME, "code").send_keys(Keys.ENTER)
    shown.patience.until(see.url_contains("/requests"))


def is_dark(browser: Browser) -> bool:
    return bool(browser.execute_script("return matchMedia('(prefers-color-scheme: dark)').matches"))


def fill(browser: Browser, **values: str) -> None:
    for name, value in values.items():
        browser.patience.until(see.presence_of_element_located((By.NAME, name))).send_keys(value)


def code_of(live: Live, username: str) -> str:
    with live.database():
        factor = SecondFactor.objects.get(account=Account.objects.get(username=username))
    return f"{TOTP(bytes(factor.key)).token():06}"
