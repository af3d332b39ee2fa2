"""Every page on the way to a client is well in each look, and asks for nothing from elsewhere."""

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account
from compat_mastodon.oauth import tokens
from tests.browser.conftest import Browser
from tests.browser.looks import faults
from tests.browser.test_sign_in import OOB, SCOPE, asks, new_client, press, sign_in
from tests.compat_twittner.files import picture
from tests.servers import Live

pytestmark = pytest.mark.once

BIO = "Mathematician, and the first to write a program.\n\nNotes: https://example.org/notes"
FIELDS = [
    (0, "name", "Home"),
    (0, "value", "https://ada.example"),
    (1, "name", "Pronouns"),
    (1, "value", "she/her"),
]


def is_well(browser: Browser, page: str, about: str) -> None:
    """Wait for what the page is about, and look at it."""
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, about)))
    assert faults(browser, page) == [], page
    browser.show(320, 720)
    assert browser.execute_script("return document.documentElement.scrollWidth") == 320, page


@pytest.fixture
def person(live: Live) -> Account:
    """Ada, with a picture, a text and fields of her own."""
    ada = live.sign_up("ada", display_name="Ada Byron")
    token = token_of(live, ada)
    requests.patch(
        f"{live.url}/api/v1/accounts/update_credentials",
        {"note": BIO, "locked": True} | {f"fields_attributes[{n}][{k}]": v for n, k, v in FIELDS},
        headers={"Authorization": f"Bearer {token}"},
        files={"header": picture(1500, 500, color="teal")},
    ).raise_for_status()
    return ada


def token_of(live: Live, person: Account) -> str:
    """What a new client of hers holds."""
    application = new_client(live, OOB)
    with live.database():
        code = tokens.issue_code(application, person, OOB, SCOPE, "")
        return tokens.exchange(code, application, OOB, "")[1]


def test_the_pages_on_the_way_to_a_client(live: Live, browser: Browser, person: Account) -> None:
    browser.get(asks(live, OOB))
    is_well(browser, "sign-in-for-an-app", "input[name=password]")
    browser.find_element(By.NAME, "username").send_keys(person.username, Keys.TAB, "wrong", Keys.ENTER)
    is_well(browser, "sign-in-for-an-app-wrong", ".fault")
    browser.get(asks(live, OOB))
    sign_in(browser, person)
    is_well(browser, "consent", ".permissions")
    press(browser, "Authorize")
    is_well(browser, "code", "#code")
    assert len(browser.find_element(By.ID, "code").get_property("value")) == 43
    browser.get(f"{live.url}/oauth/authorized_applications")
    browser.find_element(By.TAG_NAME, "summary").click()
    is_well(browser, "applications", ".apps")
    press(browser, "Revoke access")
    is_well(browser, "applications-none", ".note")
    browser.get(f"{live.url}/oauth/authorize?client_id=unknown")
    is_well(browser, "error", ".fault")


def test_the_page_that_posts_the_answer(live: Live, browser: Browser, person: Account) -> None:
    browser.get(asks(live, "https://elk.example/cb", response_mode="form_post"))
    sign_in(browser, person)
    press(browser, "Authorize")
    is_well(browser, "form-post", "form[action='https://elk.example/cb'] button")


def test_a_profile(live: Live, browser: Browser, person: Account) -> None:
    browser.get(f"{live.url}/@{person.username}")
    is_well(browser, "profile", ".facts")
    browser.get(f"{live.url}/@nobody")
    is_well(browser, "profile-nobody", ".fault")


def test_the_front_page_and_an_address_that_leads_nowhere(live: Live, browser: Browser) -> None:
    browser.get(live.url)
    is_well(browser, "front", ".ways")
    browser.get(f"{live.url}/nowhere")
    is_well(browser, "not-found", ".fault")


def test_the_buttons_of_the_consent_page_are_seen_in_a_popup(live: Live, browser: Browser, person: Account) -> None:
    browser.show(500, 600)
    browser.get(asks(live, OOB))
    sign_in(browser, person)
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, ".permissions")))

    assert browser.execute_script("return window.scrollY") == 0
    for name in ("Authorize", "Deny"):
        button = browser.find_element(By.XPATH, f"//button[normalize-space()='{name}']")
        edges = browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", button)
        assert 0 <= edges["top"] < edges["bottom"] <= 600
        middle = [(edges["left"] + edges["right"]) / 2, (edges["top"] + edges["bottom"]) / 2]
        on_top = browser.execute_script("return document.elementFromPoint(...arguments)", *middle)
        assert on_top == button  # nothing covers it
