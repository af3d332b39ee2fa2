"""Every page for members fits the window and passes axe in each look, with people of all kinds on it."""

import pytest
from selenium.webdriver.common.by import By

from accounts import people
from accounts.access import Actor
from accounts.models import Account, Verification
from follows import graph, marks
from follows.gate import approvals, kept_out
from follows.gate import settings as gates
from tests.browser.conftest import Browser
from tests.browser.looks import faults, looks
from tests.browser.test_requests import signs_in, vera
from tests.servers import Live

__all__ = ["vera"]
pytestmark = pytest.mark.once


@pytest.fixture
def known(live: Live, vera: Account) -> Account:
    """Somebody vera has all kinds of ties around her with: names that are long, or read from right to left."""
    made = {}
    for name, display_name, bio in PEOPLE:
        made[name] = live.sign_up(name, display_name=display_name)
        with live.database():
            people.change(made[name].pk, note=bio, bot=name == "news")
    rosa, grace, hedy = made["rosalind"], made["grace"], made["hedy"]
    with live.database():
        by = Actor(vera.pk, "pages")
        people.change(grace.pk, verification=Verification.VERIFIED, locked=True)
        gates.change(grace.pk, Actor(grace.pk, "pages"), read_first="Please say how we know each other.")
        graph.follow(vera.pk, rosa.pk, by)
        for requester in made.values():
            graph.follow(
                requester.pk, vera.pk, Actor(requester.pk, "mastodon"), note=NOTES.get(requester.display_name, "")
            )
        graph.accept(vera.pk, rosa.pk, by)
        for requester in (grace, hedy):
            graph.follow(rosa.pk, requester.pk, Actor(rosa.pk, "mastodon"))
        graph.accept(grace.pk, rosa.pk, Actor(grace.pk, "mastodon"))
        graph.follow(vera.pk, grace.pk, by, note="We met in Leeds")
        graph.block(vera.pk, made["news"].pk, by)
        marks.mute(vera.pk, made["long"].pk, seconds=9_000)
        approvals.approve(vera.pk, ["dora@other.example"], None, by)
        kept_out.keep_server_out(vera.pk, "spam.example", by)
    return grace


PEOPLE = [
    ("rosalind", "Rosalind Franklin", "Crystals, X-rays and long walks: https://example.org/rosalind"),
    ("news", "Daily News", "All the news, every hour."),
    ("hedy", "هيدي لامار", "مخترعة وممثلة"),
    ("grace", "Grace Hopper", "Compilers.\n\nNanoseconds on request."),
    ("long", "Aloysius Maximilian-Ferdinand von Hohenstaufen-Wittelsbach", "w" * 300),
    ("emmy", "Emmy Noether", "Symmetry."),
]
NOTES = {"Emmy Noether": "We met at the lecture in Göttingen.", "هيدي لامار": "مرحبا"}
PAGES = (
    *("requests", "requests/all?verdict=reject", "requests/sent", "approved", "kept-out", "followers", "following"),
    *("blocks", "mutes", "history", "@own", "@other", "@other/ask", "@other/report"),
)


def test_every_page_fits_and_has_no_barrier(live: Live, browser: Browser, vera: Account, known: Account) -> None:
    signs_in(live, browser, vera)
    for page in PAGES:
        browser.get(f"{live.url}/{page.replace('other', known.username).replace('own', vera.username)}")
        for closed in browser.find_elements(By.CSS_SELECTOR, "details:not([open]) > summary"):
            if closed.is_displayed():
                closed.click()
        assert browser.get_log("browser") == [], page
        assert faults(browser) == [], page
        for opened in browser.find_elements(By.CSS_SELECTOR, "details[open] > summary"):
            opened.click()
        name = page.partition("?")[0].strip("@").replace("/", "-")
        browser.execute_script("scrollTo(0, 0); document.activeElement.blur()")
        for look in looks(browser):
            browser.picture(f"member-{name}-{look}")
