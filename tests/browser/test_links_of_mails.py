"""The links of mails lead to pages with a button, and a browser is allowed to press it."""

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.mail import letters
from accounts.models import Account, Letter
from tests.browser.conftest import Browser
from tests.servers import Live

pytestmark = pytest.mark.once

NEW_PASSWORD = "a-longer-password"


@pytest.fixture
def eve(live: Live) -> Account:
    return live.sign_up("eve")


def test_a_forgotten_password_is_replaced(live: Live, browser: Browser, eve: Account) -> None:
    with live.database():
        old = Account.objects.get(pk=eve.pk).password
    browser.get(link(live, Letter.Kind.PASSWORD, eve, eve.email))
    for field in ("new_password1", "new_password2"):
        browser.patience.until(see.presence_of_element_located((By.NAME, field))).send_keys(NEW_PASSWORD)
    browser.find_element(By.NAME, "new_password2").send_keys(Keys.ENTER)

    browser.patience.until_not(see.presence_of_element_located((By.NAME, "new_password2")))
    assert not browser.find_elements(By.CSS_SELECTOR, ".fault")
    with live.database():
        assert Account.objects.get(pk=eve.pk).password != old


def test_a_new_address_is_confirmed(live: Live, browser: Browser, eve: Account) -> None:
    new = f"new.{eve.email}"
    browser.get(link(live, Letter.Kind.NEW_EMAIL, eve, new))
    press(browser)

    with live.database():
        assert Account.objects.get(pk=eve.pk).email == new


def press(browser: Browser) -> None:
    """Press the button of the page, and see another page without one."""
    button = (By.CSS_SELECTOR, "main form button")
    browser.patience.until(see.presence_of_element_located(button)).click()
    browser.patience.until_not(see.presence_of_element_located(button))
    assert not browser.find_elements(By.CSS_SELECTOR, ".fault")


def link(live: Live, kind: Letter.Kind, account: Account, address: str) -> str:
    """The link of the mail that this server sends."""
    with live.database():
        mail = letters.write(kind, address, account.pk)
    assert mail
    (address,) = (word for word in mail.text.split() if word.startswith("http"))
    return f"{live.url}{urlsplit(address).path}"
