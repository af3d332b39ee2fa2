"""The requests of the demo: the page that README shows."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from accounts.models import Account
from config import demo_people
from follows.locks import embedded
from tests.browser.conftest import Browser
from tests.browser.test_sign_in import sign_in
from tests.servers import Live, NewServer

pytestmark = pytest.mark.once
LOADED = """
return [...document.images].filter(image => image.getBoundingClientRect().top < innerHeight)
    .every(image => image.complete && image.naturalWidth > 0)
"""


@pytest.fixture(scope="module")
def demo(new_server: NewServer) -> Iterator[Live]:
    with new_server("demo") as server:
        alice, bob, carol = (
            server.sign_up(username=name, display_name=f"{name.capitalize()} {surname}", locked=name == "carol")
            for name, surname in {"alice": "Adams", "bob": "Brown", "carol": "Clark"}.items()
        )
        with server.database(), override_settings(MEDIA_ROOT=server.environment["MEDIA_ROOT"]), embedded():
            demo_people.arrive(alice, bob, carol)
        with server.running():
            yield server


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_carol_sees_who_asks_with_their_pictures(demo: Live, browser: Browser, dark: bool) -> None:
    browser.show(1280, 900, dark=dark)
    browser.get(f"{demo.url}/auth/sign_in?next=/requests")
    with demo.database():
        carol = Account.objects.get(username="carol")
    sign_in(browser, carol)
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, "#rows img")))
    browser.get(f"{demo.url}/requests?sort=friends")  # the requests that say most come first

    browser.patience.until(lambda _: browser.execute_script(LOADED))

    assert "We met at the wall last Tuesday!" in browser.page_source
    browser.execute_script("scrollTo(0, 0); document.activeElement.blur()")
    browser.picture(f"requests{'-dark' if dark else ''}")
