"""A person connects a web client: signs in, reads what it wants, allows it, and lands at the client.

The client is a page on another origin, so these stories fail when a header of ours keeps a browser
from going there or takes a popup's opener away.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account
from compat_mastodon.models import Application
from compat_mastodon.oauth import tokens
from tests.browser.conftest import Browser
from tests.factories import PASSWORD
from tests.servers import Live

pytestmark = pytest.mark.once

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPE = "read write follow push"


class Page(BaseHTTPRequestHandler):
    """The web client: an empty page, and in a popup the answer's way back to whoever opened it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Client</title><script>opener?.postMessage(location.href, '*')</script>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def client_url() -> Iterator[str]:
    """The web client's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/cb"
        server.shutdown()


@pytest.fixture
def person(live: Live) -> Account:
    return live.sign_up("ada", display_name="Ada Byron")


def new_client(live: Live, redirect_uri: str) -> Application:
    with live.database():
        application, _ = tokens.register(
            name="Elk", redirect_uris=[redirect_uri], scope=SCOPE, website="https://elk.zone"
        )
    return application


def asks(live: Live, redirect_uri: str, **more: str) -> str:
    """Where a new client sends the person."""
    client_id = new_client(live, redirect_uri).client_id
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri, "scope": SCOPE}
    return f"{live.url}/oauth/authorize?{urlencode(asked | {'state': 'x'} | more)}"


def sign_in(browser: Browser, person: Account) -> None:
    """By keyboard alone: the name's field gets the focus, on a busy machine a moment after the page is there."""
    browser.patience.until(lambda here: here.switch_to.active_element.get_attribute("name") == "username")
    ActionChains(browser).send_keys(person.username, Keys.TAB, PASSWORD, Keys.ENTER).perform()


def press(browser: Browser, text: str) -> None:
    browser.patience.until(see.element_to_be_clickable((By.XPATH, f"//button[text()='{text}']"))).click()


def arrives(browser: Browser, address: str) -> dict[str, list[str]]:
    """The query with which the browser came to the client."""
    browser.patience.until(see.url_contains(f"{address}?"))
    return parse_qs(urlsplit(browser.current_url).query)


def test_one_signs_in_allows_and_lands_at_the_client(
    live: Live, browser: Browser, client_url: str, person: Account
) -> None:
    browser.get(asks(live, client_url))
    sign_in(browser, person)
    press(browser, "Authorize")
    assert arrives(browser, client_url).keys() == {"code", "state"}


def test_one_denies_and_the_client_is_told(live: Live, browser: Browser, client_url: str, person: Account) -> None:
    browser.get(asks(live, client_url))
    sign_in(browser, person)
    press(browser, "Deny")
    assert arrives(browser, client_url)["error"] == ["access_denied"]


def test_a_popup_can_answer_the_page_that_opened_it(
    live: Live, browser: Browser, client_url: str, person: Account
) -> None:
    browser.get(client_url)
    browser.execute_script(
        "window.addEventListener('message', event => document.title = event.data); open(arguments[0])",
        asks(live, client_url),
    )
    page, popup = browser.window_handles
    browser.switch_to.window(popup)
    sign_in(browser, person)
    press(browser, "Authorize")
    browser.switch_to.window(page)
    browser.patience.until(see.title_contains("code="))
