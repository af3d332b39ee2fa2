"""A person signs up, sets up a second factor, and signs in with it; each page on the way is well in each look."""

import pytest
from django_otp.oath import TOTP
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account, SecondFactor
from accounts.models.joining import Document, Rule
from tests.browser.conftest import Browser
from tests.browser.looks import faults
from tests.factories import PASSWORD
from tests.servers import Live

pytestmark = pytest.mark.once


@pytest.fixture
def texts(live: Live) -> None:
    """The server has rules and terms."""
    with live.database():
        Rule.objects.get_or_create(text="Be kind, also to people with other views.", hint="No insults, no threats.")
        Document.objects.get_or_create(
            kind="terms", defaults={"text": "You are 16 or older.\n\nhttps://example.org/law"}
        )


def test_from_signing_up_to_a_second_factor(live: Live, texts: None, browser: Browser) -> None:
    name = "eve"

    def is_well(picture: str, about: str) -> None:
        browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, about)))
        assert faults(browser, picture) == [], picture

    browser.get(f"{live.url}/terms")
    is_well("terms", ".bio")
    browser.get(f"{live.url}/auth/sign_up?next=/settings/second_factor")
    is_well("sign-up", ".rules")
    fill(browser, username=name, email=f"{name}@example.org", password=PASSWORD)
    browser.find_element(By.NAME, "agreement").send_keys(Keys.SPACE, Keys.ENTER)
    is_well("second-factor", "input[value=begin]")
    fill(browser, password=PASSWORD)
    browser.find_element(By.NAME, "password").send_keys(Keys.ENTER)
    is_well("second-factor-begun", ".qr svg")
    fill(browser, code=code_of(live, name))
    browser.find_element(By.NAME, "code").send_keys(Keys.ENTER)
    is_well("second-factor-codes", ".codes")
    recovery = browser.find_element(By.CSS_SELECTOR, ".codes code").text
    browser.get(f"{live.url}/settings/sessions")
    is_well("sessions", ".rows .icon")
    browser.find_element(By.CSS_SELECTOR, "[value=everything] + button").click()
    is_well("sign-in", "input[name=username]")
    fill(browser, username=name, password=PASSWORD)
    browser.find_element(By.NAME, "password").send_keys(Keys.ENTER)
    is_well("second-step", "input[name=code]")
    fill(browser, code=recovery)
    browser.find_element(By.NAME, "code").send_keys(Keys.ENTER)
    browser.patience.until(see.url_contains("/requests"))


def fill(browser: Browser, **values: str) -> None:
    for name, value in values.items():
        browser.patience.until(see.presence_of_element_located((By.NAME, name))).send_keys(value)


def code_of(live: Live, username: str) -> str:
    with live.database():
        factor = SecondFactor.objects.get(account=Account.objects.get(username=username))
    return f"{TOTP(bytes(factor.key)).token():06}"
