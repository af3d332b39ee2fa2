"""A member decides follow requests on the pages: with the mouse, by keyboard, many at once, and while they come in."""

import pytest
import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as see

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import graph, queries
from tests.browser.conftest import Browser
from tests.browser.test_pages import token_of
from tests.servers import Live

pytestmark = pytest.mark.once


@pytest.fixture
def vera(live: Live) -> Account:
    return live.sign_up("vera", display_name="Vera Rubin", locked=True)


def session_of(live: Live, member: Account) -> str:
    """The key of a new session of the member."""
    with live.database():
        session = SessionStore()
        session[SESSION_KEY] = str(member.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = Account.objects.get(pk=member.pk).get_session_auth_hash()
        session.create()
    return str(session.session_key)


def signs_in(live: Live, browser: Browser, member: Account) -> None:
    """The browser holds a session of the member."""
    browser.get(f"{live.url}/robots.txt")
    browser.add_cookie({"name": settings.SESSION_COOKIE_NAME, "value": session_of(live, member)})


def crowd(live: Live, owner: Account, size: int) -> list[Account]:
    """So many accounts that ask the owner; the last one first on the page."""
    with live.database():
        made = Account.objects.bulk_create(
            Account(username=f"{owner.username}_{n}", email=f"{owner.username}{n}@example.org", display_name=f"No {n}")
            for n in range(size)
        )
        for one in made:
            graph.follow(one.pk, owner.pk, Actor(one.pk, "test"))
    return made


def find(browser: Browser, selector: str) -> WebElement:
    return browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, selector)))


def press(browser: Browser, name: str) -> None:
    """The button of this name, as a screen reader would tell it."""
    for button in browser.find_elements(By.CSS_SELECTOR, "button, a.button"):
        if button.accessible_name == name:
            button.click()
            return
    pytest.fail(f"no button {name}")


def is_told(browser: Browser, words: str) -> bool:
    return bool(browser.patience.until(see.text_to_be_present_in_element((By.ID, "undo"), words)))


def waiting(live: Live, owner: Account) -> int:
    with live.database():
        return queries.pending_count(owner.pk)


def keys(browser: Browser, text: str) -> None:
    ActionChains(browser).send_keys(text).perform()


def has_focus(browser: Browser, name: str) -> bool:
    """Whether the card of this person gets the focus."""
    focused = "return document.activeElement.querySelector('h2')?.textContent"
    return bool(browser.patience.until(lambda _: browser.execute_script(focused) == name))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_asked_with_a_mastodon_app_decided_on_the_page_known_to_the_twittner_app(
    live: Live, browser: Browser, vera: Account, dark: bool
) -> None:
    ada = live.sign_up("ada", display_name="Ada Byron")
    ask = f"{live.url}/api/latchkey/v1/accounts/{vera.pk}/ask"
    token = {"Authorization": f"Bearer {token_of(live, ada)}"}
    assert requests.post(ask, {"note": "From the choir"}, headers=token, timeout=60).json()["requested"] is True
    browser.show(360, 740, dark=dark)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    assert find(browser, ".request .said").text == "From the choir"
    press(browser, "Approve Ada Byron")

    assert is_told(browser, "You approved Ada Byron.")
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, ".empty")))
    with live.database():
        session = sessions.open_session(ada.pk, Platform.ANDROID).token
    profile = requests.get(
        f"{live.url}/mobile_api/profile", {"session_id": session, "user_id": str(vera.pk)}, timeout=60
    )
    assert profile.json()["data"]["user"]["is_following"] is True


@pytest.mark.parametrize("number", [50, pytest.param(200, marks=pytest.mark.long)])
def test_all_are_rejected_and_all_come_back(live: Live, browser: Browser, vera: Account, number: int) -> None:
    crowd(live, vera, number)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    press(browser, f"Reject all {number}…")
    press(browser, "Reject")
    assert is_told(browser, f"You rejected {number} requests.")
    assert waiting(live, vera) == 0
    press(browser, "Undo")

    assert is_told(browser, f"{number} decisions undone.")
    browser.patience.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".request")) == 40)
    assert waiting(live, vera) == number
    find(browser, "#pager [rel=next]").send_keys(Keys.ENTER)
    browser.patience.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".request")) == min(number, 80))


def test_a_new_request_appears_without_reloading(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 2)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    top = find(browser, ".request").location
    live.follow(live.sign_up("hedy", display_name="Hedy Lamarr"), vera)
    show = find(browser, "#newer a")
    assert show.text == "1 new request – show"
    assert find(browser, ".request").location == top
    show.click()

    browser.patience.until(see.text_to_be_present_in_element((By.CSS_SELECTOR, ".request h2"), "Hedy Lamarr"))
    assert find(browser, "#count-requests").text == find(browser, "#count").text == "3"


def test_a_stream_tells_the_page_of_a_new_request(live: Live, browser: Browser, vera: Account) -> None:
    live.start_streams()
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    never = {"source": "window.setInterval = () => 0"}  # so that the page does not look by itself
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", never)
    try:
        browser.get(f"{live.url}/requests")
        browser.patience.until(lambda _: browser.execute_script(CONNECTED) == 1)
        live.follow(live.sign_up("hedy", display_name="Hedy Lamarr"), vera)
        assert find(browser, "#newer a").text == "1 new request – show"
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


CONNECTED = "return stream.readyState"


def test_everything_is_done_by_keyboard(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 4)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    find(browser, ".request")
    keys(browser, "jja")
    assert is_told(browser, "You approved No 2.")
    assert has_focus(browser, "No 1")
    keys(browser, "r")
    assert is_told(browser, "You rejected No 1.")
    assert has_focus(browser, "No 0")
    assert waiting(live, vera) == 2
    keys(browser, "u")
    assert is_told(browser, "Undone: No 1 is back where they were.")
    browser.patience.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".request")) == 3)
    keys(browser, "jkx")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".request > input:checked")) == 1
    keys(browser, "?")
    assert find(browser, ".keys").get_attribute("open")
    find(browser, "#id_q").send_keys("jar")  # nothing is decided while one types
    assert find(browser, "#id_q").get_property("value") == "jar"
    assert waiting(live, vera) == 3
    find(browser, "#keys").click()
    browser.get(f"{live.url}/requests")
    assert not find(browser, "#keys").is_selected()
    keys(browser, "ja")
    assert waiting(live, vera) == 3


def test_the_buttons_for_the_selected_come_with_a_selection(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 2)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    reject = find(browser, "[name=ticked][value=reject]")
    assert not reject.is_displayed()
    find(browser, "#all").click()
    assert reject.is_displayed()
    reject.click()

    assert is_told(browser, "You rejected 2 requests.")
    browser.patience.until(lambda _: not find(browser, ".filters").is_displayed())  # nobody is there to search for
    assert waiting(live, vera) == 0


def test_the_focus_goes_to_the_same_button_of_the_next_card(live: Live, browser: Browser, vera: Account) -> None:
    crowd(live, vera, 3)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    for name, next_one in (("No 2", "No 1"), ("No 1", "No 0")):
        press(browser, f"Reject {name}")
        assert is_told(browser, f"You rejected {name}.")
        wanted = f"Reject {next_one}"
        browser.patience.until(lambda _, wanted=wanted: browser.switch_to.active_element.accessible_name == wanted)


def test_a_request_that_is_gone_meanwhile_says_so_in_its_card(live: Live, browser: Browser, vera: Account) -> None:
    _, other = crowd(live, vera, 2)
    browser.show(1280, 800)
    signs_in(live, browser, vera)
    browser.get(f"{live.url}/requests")
    with live.database():
        graph.accept(vera.pk, other.pk, Actor(vera.pk, "test"))
    press(browser, "Reject No 1")

    assert find(browser, ".request.gone").text == "No 1 follows you already."
    assert len(browser.find_elements(By.CSS_SELECTOR, ".request")) == 2
