"""A member sets a rule on a page, which says what it would do, and a Mastodon client meets the rule."""

import json
from io import BytesIO
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as see

from accounts import people
from accounts.models import Account
from tests.browser.conftest import Browser
from tests.browser.looks import SIZES, faults
from tests.browser.test_pages import token_of
from tests.browser.test_sign_in import person, sign_in
from tests.servers import Live

__all__ = ["person"]
pytestmark = pytest.mark.once  # pages in a browser are the same on both databases
SLIDE = """
const place = document.getElementById("id_avatar_place");
place.value = arguments[0];
place.dispatchEvent(new Event("input", {bubbles: true}));
return [...document.querySelector("canvas").getContext("2d").getImageData(96, 96, 1, 1).data].slice(0, 3)"""
PAGES = ("profile", "followers", "notices", "language", "account", "account/delete")


@pytest.fixture
def member(live: Live, browser: Browser, person: Account) -> Browser:
    """Ada is signed in, and looks at her rules."""
    browser.show(*SIZES["large"])
    browser.get(f"{live.url}/auth/sign_in?next=/settings/followers")
    sign_in(browser, person)
    browser.patience.until(see.presence_of_element_located((By.ID, "id_ask_bots")))
    return browser


def follows(live: Live, requester: Account, target: Account) -> str:
    """What a Mastodon client of the requester is told when it follows."""
    request = Request(
        f"{live.url}/api/v1/accounts/{target.pk}/follow",
        method="POST",
        headers={"Authorization": f"Bearer {token_of(live, requester)}"},
    )
    with urlopen(request) as answer:
        told = json.load(answer)
    return "requested" if told["requested"] else "following"


def says(member: Browser, text: str) -> None:
    member.patience.until(see.text_to_be_present_in_element((By.ID, "outcomes"), text))


def test_a_rule_of_the_page_holds_for_a_mastodon_client(live: Live, member: Browser, person: Account) -> None:
    bot, bob = live.sign_up("robot"), live.sign_up("bob")
    with live.database():
        people.change(bot.pk, bot=True)
    says(member, "A bot follows you at once.")

    member.find_element(By.ID, "id_ask_bots").click()
    says(member, "A bot has to ask, because you want bots to ask.")
    member.find_element(By.ID, "id_who").send_keys(bot.username)
    says(member, f"@{bot.username} has to ask, because you want bots to ask.")
    member.find_element(By.ID, "id_who").send_keys(Keys.ENTER)
    member.patience.until(see.url_contains("#would"))
    says(member, f"@{bot.username} has to ask, because you want bots to ask.")
    assert follows(live, live.sign_up("another"), person) == "following"  # nothing is saved yet
    member.show(1280, 1000)
    member.picture("settings-followers-large")

    member.find_element(By.CSS_SELECTOR, "main button.primary").click()
    member.patience.until(see.text_to_be_present_in_element((By.ID, "messages"), "Your rules are saved."))
    assert (follows(live, bot, person), follows(live, bob, person)) == ("requested", "following")
    assert not [entry for entry in member.get_log("browser") if "favicon" not in entry["message"]]


def test_a_new_picture_is_shown_as_it_will_be_cut(live: Live, member: Browser, tmp_path: Path) -> None:
    picture = Image.new("RGB", (800, 400), "blue")
    picture.paste("red", (0, 0, 400, 400))
    picture.save(tmp_path / "me.png")
    member.get(f"{live.url}/settings/profile")
    member.find_element(By.ID, "id_avatar").send_keys(str(tmp_path / "me.png"))
    member.patience.until(see.visibility_of_element_located((By.TAG_NAME, "canvas")))
    for place, colour in ((0, [255, 0, 0]), (100, [0, 0, 255])):
        member.patience.until(lambda _, place=place, colour=colour: member.execute_script(SLIDE, place) == colour)
    member.find_element(By.CSS_SELECTOR, "main button.primary").click()
    member.patience.until(see.text_to_be_present_in_element((By.ID, "messages"), "Your profile is saved."))
    with urlopen(member.find_element(By.CSS_SELECTOR, "img.now").get_attribute("src")) as answer:
        red, _, blue = Image.open(BytesIO(answer.read())).getpixel((256, 256))
    assert blue > red


def test_axe_finds_nothing_on_any_page(live: Live, member: Browser) -> None:
    for name in PAGES:
        member.get(f"{live.url}/settings/{name}")
        assert faults(member, f"settings-{name.replace('/', '-')}") == [], name
