"""The pages without JavaScript, and what the page of requests costs a browser: bytes, shifts, the first card."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account
from tests.browser.conftest import Browser
from tests.browser.test_coming_in import fill
from tests.browser.test_requests import crowd, find, is_told, press, signs_in, vera, waiting
from tests.factories import PASSWORD
from tests.servers import Live

__all__ = ["vera"]
pytestmark = pytest.mark.once
MOST_BYTES = 60_000  # page, styles and scripts on the wire, with their heads
MOST_SHIFT = 0.02
LOADED = """
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
return entries.filter(({name}) => !/\\.(png|jpg|svg)$/.test(name)).map((entry) => [entry.name, entry.transferSize])"""
SHIFT = """
const answer = arguments[arguments.length - 1];
const shifts = [];
const moved = ({node, previousRect, currentRect}) => [node?.outerHTML?.slice(0, 200), previousRect.y, currentRect.y];
const keep = ({value, startTime, sources}) => shifts.push([value, startTime, sources.map(moved)]);
new PerformanceObserver((list) => list.getEntries().forEach(keep)).observe({type: "layout-shift", buffered: true});
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => answer(shifts), 100)))"""
PAINTED = "return performance.getEntriesByName('first-contentful-paint').length"


@pytest.fixture
def plain(browser: Browser) -> Iterator[Browser]:
    """A browser whose JavaScript is switched off."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield browser
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_without_javascript_from_signing_up_to_undo(live: Live, plain: Browser) -> None:
    plain.show(360, 740)
    plain.get(f"{live.url}/auth/sign_up")
    fill(plain, username="ursula", email="ursula@example.org", password=PASSWORD)
    for agreement in plain.find_elements(By.NAME, "agreement"):  # where the server has rules
        agreement.send_keys(Keys.SPACE)
    plain.find_element(By.CSS_SELECTOR, "main button.primary").click()
    find(plain, ".empty a[href='/settings/followers']").click()
    find(plain, "#id_locked").click()
    plain.find_element(By.CSS_SELECTOR, "main button.primary").click()
    find(plain, "#messages .success")
    with live.database():
        ursula = Account.objects.get(username="ursula")
    assert ursula.locked
    crowd(live, ursula, 1)

    plain.get(f"{live.url}/requests")
    press(plain, "Approve No 0")
    assert is_told(plain, "You approved No 0.")
    assert waiting(live, ursula) == 0
    press(plain, "Undo")
    assert is_told(plain, "Undone: No 0")
    assert find(plain, ".request h2").text == "No 0"
    assert waiting(live, ursula) == 1


def test_forty_requests_are_light_and_stand_still(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 40)
    signs_in(live, browser, vera)
    browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.show(360, 740)
    browser.get(f"{live.url}/requests")
    browser.patience.until(lambda _: browser.execute_script("return document.readyState") == "complete")
    loaded = dict(browser.execute_script(LOADED))
    assert len(browser.find_elements(By.CSS_SELECTOR, ".request")) == 40
    assert sum(loaded.values()) <= MOST_BYTES, loaded
    shifts = browser.execute_async_script(SHIFT)
    assert sum(value for value, *_ in shifts) <= MOST_SHIFT, shifts

    browser.show(1280, 800)
    browser.get(f"{live.url}/requests")
    browser.patience.until(lambda _: browser.execute_script("return document.readyState") == "complete")
    again = dict(browser.execute_script(LOADED))
    page = f"{live.url}/requests"
    assert {name for name, size in again.items() if size} == {page}, "styles and scripts are kept for ever"
    shifts = browser.execute_async_script(SHIFT)
    assert sum(value for value, *_ in shifts) <= MOST_SHIFT, shifts


def test_the_first_card_is_there_when_no_script_comes(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 1)
    signs_in(live, browser, vera)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*.js"]})
    try:
        browser.get(f"{live.url}/requests")
        browser.patience.until(see.visibility_of_element_located((By.CSS_SELECTOR, ".request h2")))
        browser.patience.until(lambda _: browser.execute_script(PAINTED))
        assert browser.execute_script("return typeof htmx") == "undefined"
    finally:
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        browser.get_log("browser")
