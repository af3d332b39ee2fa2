"""A member makes a link on the page of invitations, and axe finds nothing there."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from tests.browser.conftest import Browser
from tests.browser.looks import faults
from tests.browser.test_sign_in import sign_in
from tests.servers import Live, NewServer

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def inviting(new_server: NewServer) -> Iterator[Live]:
    """A server whose members invite people."""
    with new_server("inviting", REGISTRATIONS="approval", MEMBERS_INVITE="on") as server, server.running():
        yield server


def test_a_link_is_made_on_the_page(inviting: Live, browser: Browser) -> None:
    alice = inviting.sign_up("alice")
    browser.get(f"{inviting.url}/auth/sign_in?next=/settings/invitations")
    sign_in(browser, alice)
    browser.patience.until(see.presence_of_element_located((By.NAME, "uses")))
    assert faults(browser) == []

    browser.find_element(By.CSS_SELECTOR, "main button.primary").click()

    browser.patience.until(see.presence_of_element_located((By.NAME, "end")))
    assert f"{inviting.url}/invite/" in browser.page_source
    assert faults(browser, "invitations") == []
