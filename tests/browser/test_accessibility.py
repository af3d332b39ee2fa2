"""axe finds no barrier on pages that need no account, and no serious one in the documentation of the APIs."""

from http import HTTPStatus

import pytest
from django.http import HttpRequest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from config import pages
from tests.browser.conftest import Browser
from tests.browser.looks import SERIOUS, faults
from tests.servers import Live

pytestmark = pytest.mark.once

DEAD = ("auth/confirmation/MQ/none", "auth/new_password/MQ/none", "auth/new_email/MQ/none/none", "digest/stop/none")
PATHS = (
    *("", "nowhere", "auth/sign_in", "auth/password/new", "auth/confirmation/new", "invite/none", "@nobody"),
    *("rules", "terms", "privacy", "oauth/authorize?client_id=no", "oauth/applications"),
)


@pytest.mark.parametrize("path", [*PATHS, *DEAD])
def test_the_pages_without_an_account(live: Live, browser: Browser, path: str) -> None:
    browser.get(f"{live.url}/{path}")
    assert browser.find_element(By.CSS_SELECTOR, "main h1, h1").text
    assert faults(browser) == []


@pytest.mark.parametrize(
    "failure", ["unknown_host", "unreadable", "forbidden", "stale", "not_found", "fault", "away", "full"]
)
def test_the_pages_of_failures(live: Live, browser: Browser, failure: str) -> None:
    response = getattr(pages, failure)(HttpRequest())
    assert response.status_code >= HTTPStatus.BAD_REQUEST
    browser.get(f"{live.url}/nowhere")
    browser.execute_script("document.write(arguments[0]); document.close()", response.content.decode())
    browser.patience.until(lambda _: browser.execute_script("return document.readyState") == "complete")
    assert browser.find_element(By.TAG_NAME, "h1").text in response.content.decode()
    assert faults(browser) == []


@pytest.mark.parametrize("api", ["mastodon", "twittner", "latchkey"])
def test_the_documentation_of_the_apis(live: Live, browser: Browser, api: str) -> None:
    browser.get(f"{live.url}/api/docs/{api}/")
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, ".opblock")))
    assert faults(browser, impacts=SERIOUS) == []
