"""axe finds no serious barrier on any page, in light and dark mode, on a phone and on a desk."""

import json
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account
from tests.browser.conftest import Browser
from tests.browser.test_pages import person, token_of
from tests.browser.test_sign_in import OOB, asks, sign_in
from tests.clients import npm
from tests.servers import Live

__all__ = ["person"]

pytestmark = pytest.mark.once

SCRIPT = """
const answer = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => answer(JSON.stringify(
    violations.filter(({impact}) => ["serious", "critical"].includes(impact))
        .map(({id, nodes}) => [id, nodes.slice(0, 5).map(({html, any}) => [html.slice(0, 200), any[0]?.message])]))));
"""


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["large", "small"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def shown(request: pytest.FixtureRequest, browser: Browser, size: tuple[int, int]) -> Browser:
    npm.installed()
    browser.show(*size, dark=request.param)
    return browser


def barriers(browser: Browser) -> list[Any]:
    """The serious findings on the page, with the elements that have them."""
    axe = (npm.PACKAGES / "axe-core" / "axe.min.js").read_text()
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    return list(json.loads(browser.execute_async_script(SCRIPT)))


def test_the_pages_without_an_account(live: Live, shown: Browser) -> None:
    for path in ("/", "/nowhere", "/auth/sign_in", "/auth/password/new", "/@nobody", "/oauth/authorize?client_id=no"):
        shown.get(f"{live.url}{path}")
        assert barriers(shown) == [], path


@pytest.mark.long
def test_pages_that_few_people_see(live: Live, shown: Browser) -> None:
    dead = ["auth/confirmation/MQ/none", "auth/new_password/MQ/none", "auth/new_email/MQ/none/none", "digest/stop/none"]
    for path in ("auth/confirmation/new", "rules", "terms", "privacy", "invite/none", *dead):
        shown.get(f"{live.url}/{path}")
        assert shown.find_element(By.CSS_SELECTOR, "main h1, h1").text, path
        assert barriers(shown) == [], path


def test_the_pages_of_a_member(live: Live, shown: Browser, person: Account) -> None:
    shown.get(asks(live, OOB))
    sign_in(shown, person)
    shown.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, ".permissions")))
    assert barriers(shown) == []
    shown.find_element(By.CSS_SELECTOR, "button.primary").click()
    shown.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, "input.code")))
    assert barriers(shown) == [], "the code to copy"
    token_of(live, person)
    for path in (f"/@{person.username}", "/oauth/authorized_applications", "/auth/sign_in"):
        shown.get(f"{live.url}{path}")
        assert barriers(shown) == [], path


@pytest.mark.parametrize("api", ["mastodon", "twittner", "latchkey"])
def test_the_documentation_of_the_apis(live: Live, shown: Browser, api: str) -> None:
    shown.get(f"{live.url}/api/docs/{api}/")
    shown.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, ".opblock")))
    assert barriers(shown) == []
