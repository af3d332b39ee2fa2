"""A member makes a link on the page of invitations, and axe finds nothing there."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from tests.browser.conftest import Browser
from tests.browser.test_accessibility import shown, size
from tests.browser.test_member_pages import violations
from tests.browser.test_sign_in import sign_in
from tests.servers import Live, NewServer

__all__ = ["shown", "size"]
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def inviting(new_server: NewServer) -> Iterator[Live]:
    """A server whose members invite people."""
    with new_server("inviting", REGISTRATIONS="approval", MEMBERS_INVITE="on") as server, server.running():
        yield server


def test_a_link_is_made_on_the_page(inviting: Live, shown: Browser, size: tuple[int, int]) -> None:
    dark = shown.execute_script("return matchMedia('(prefers-color-scheme: dark)').matches")
    alice = inviting.sign_up(f"alice_{size[0]}_{'dark' if dark else 'light'}")
    shown.get(f"{inviting.url}/auth/sign_in?next=/settings/invitations")
    sign_in(shown, alice)
    shown.patience.until(see.presence_of_element_located((By.NAME, "uses")))
    assert violations(shown) == []

    shown.find_element(By.CSS_SELECTOR, "main button.primary").click()

    shown.patience.until(see.presence_of_element_located((By.NAME, "end")))
    assert f"{inviting.url}/invite/" in shown.page_source
    shown.picture(f"invitations-{size[0]}{'-dark' if dark else ''}")
    assert violations(shown) == []
    assert not shown.execute_script("return document.documentElement.scrollWidth > innerWidth")
