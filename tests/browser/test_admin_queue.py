"""A moderator at work: signs in, opens the queue, ticks two requests and approves them by clicking."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as see
from selenium.webdriver.support.select import Select

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries, reports
from follows.models import Decision, FollowRequest, Reason
from follows.paging import Window
from tests.browser.conftest import Browser
from tests.factories import PASSWORD
from tests.servers import Live

pytestmark = pytest.mark.once

PEOPLE = [  # user name, display name, hours of waiting
    ("rosalind", "Rosalind Franklin", 900),
    ("marie", "Marie Curie", 400),
    ("lise", "Lise Meitner", 190),
    ("newsfeed", "Daily News", 75),
    ("hedy", "Hedy Lamarr", 30),
    ("grace", "Grace Hopper", 9),
    ("emmy", "Emmy Noether", 2),
    ("ada", "Ada Byron", 1),
]


@pytest.fixture(scope="session")  # as long as the server is, however the tests are shared out
def moderator(live: Live) -> Account:
    return live.sign_up(username="robin", staff=True)


@pytest.fixture(scope="session")
def owner(live: Live) -> Account:
    """A locked account whom eight people want to follow, each for another time."""
    owner = live.sign_up(username="vera", display_name="Vera Rubin", locked=True)
    for username, display_name, hours in PEOPLE:
        person = live.sign_up(username=username, display_name=display_name)
        since = timezone.now() - timedelta(hours=hours, minutes=5)
        with live.database():
            graph.follow(person.pk, owner.pk, Actor(person.pk, "test"))
            FollowRequest.objects.filter(follower=person).update(created_at=since)
            people.change(person.pk, bot=username == "newsfeed", created_at=since - timedelta(days=hours % 20))
    return owner


def test_a_moderator_approves_two_requests_by_clicking(live: Live, browser: Browser, moderator: Account) -> None:
    owner = live.sign_up("owner", locked=True)
    first, second, third = (live.sign_up("follower") for _ in range(3))
    with live.database():
        for follower in (first, second, third):
            graph.follow(follower.pk, owner.pk, Actor(follower.pk, "test"))
    browser.show(1280, 760)
    sign_in(live, browser, moderator)
    browser.find_element(By.PARTIAL_LINK_TEXT, "waiting for a decision").click()

    for follower in (first, second):
        row = browser.find_element(By.XPATH, f"//tr[.//a[text()='{follower.username}']]")
        row.find_element(By.NAME, "_selected_action").click()
    Select(browser.find_element(By.NAME, "action")).select_by_visible_text("Approve selected follow requests")
    browser.find_element(By.NAME, "index").click()

    assert is_told(browser, "Approved 2 follow requests.")
    assert not browser.find_elements(By.LINK_TEXT, first.username)
    with live.database():
        page = queries.followers_of(owner.pk, owner.pk, Window(40))
        assert [key.account for key in page.rows] == [second.pk, first.pk]
        assert Decision.objects.filter(target=owner, actor=moderator, door="admin").count() == 2

    row = browser.find_element(By.XPATH, f"//tr[.//a[text()='{third.username}']]")
    row.find_element(By.XPATH, ".//button[text()='Reject']").click()
    assert is_told(browser, "Rejected 1 follow request.")


def test_the_queue_fits_the_screen(live: Live, browser: Browser, moderator: Account, owner: Account) -> None:
    sign_in(live, browser, moderator)
    browser.get(f"{live.url}/admin/follows/followrequest/?q={owner.username}")
    for width, height in ((1280, 760), (768, 1024), (390, 844), (360, 740)):
        for dark in (False, True):
            browser.show(width, height, dark=dark)

            assert browser.find_element(By.TAG_NAME, "html").size["width"] == width
            browser.picture(f"admin-queue{'' if width > 1000 else f'-{width}'}{'-dark' if dark else ''}")
            for button in ("Approve", "Reject"):
                assert in_sight(browser, browser.find_element(By.XPATH, f"//button[text()='{button}']")), width


def test_a_long_handle_pushes_no_button_out_of_sight(live: Live, browser: Browser, moderator: Account) -> None:
    owner = live.sign_up("owner", locked=True)
    with live.database():
        zoe = Account.objects.create(username="zoe", domain=f"{owner.username}.a.long.way.from.here.example")
        graph.follow(zoe.pk, owner.pk, Actor(zoe.pk, "test"))
    browser.show(1280, 760)
    sign_in(live, browser, moderator)
    browser.get(f"{live.url}/admin/follows/followrequest/?q={owner.username}")

    assert in_sight(browser, browser.find_element(By.XPATH, "//button[text()='Reject']"))


def test_the_focus_goes_to_the_same_button_of_the_next_row(live: Live, browser: Browser, moderator: Account) -> None:
    owner = live.sign_up("owner", locked=True)
    first, second, third = (live.sign_up("follower") for _ in range(3))
    for follower in (first, second, third):
        live.follow(follower, owner)
    browser.show(1280, 760)
    sign_in(live, browser, moderator)
    browser.get(f"{live.url}/admin/follows/followrequest/?q={owner.username}")

    for decided, next_one in ((third, second), (second, first)):
        browser.find_element(By.CSS_SELECTOR, f"[aria-label='Reject {decided.username} for {owner.username}']").click()
        wanted = f"Reject {next_one.username} for {owner.username}"
        browser.patience.until(lambda _, wanted=wanted: name_of_the_focused(browser) == wanted)
        assert is_told(browser, "Rejected 1 follow request.")


def name_of_the_focused(browser: Browser) -> str | None:
    return browser.switch_to.active_element.get_attribute("aria-label")


@pytest.mark.parametrize("page", ["follows/report", "compat_mastodon/accesstoken", "accounts/account"])
def test_no_cell_covers_another(live: Live, browser: Browser, owner: Account, page: str) -> None:
    root = live.sign_up(staff=True)
    with live.database():
        Account.objects.filter(pk=root.pk).update(is_superuser=True)
        target = Account.objects.create(username="zoe", domain=f"{root.username}.a.long.way.from.here.example")
        reports.report(root.pk, target.pk, Reason.IMPERSONATION, "A long comment of many words. " * 9, Actor(None, "x"))
        call_command("create_token", owner.username, stdout=io.StringIO())
    sign_in(live, browser, root)
    browser.get(f"{live.url}/admin/{page}/")
    covered = """
        const list = document.querySelector('#changelist .results');
        const boxes = row => [...row.children].map(cell => cell.getBoundingClientRect());
        const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        return list.scrollWidth > list.clientWidth + 1 || [...document.querySelectorAll('#result_list tbody tr')].some(
            row => boxes(row).some((box, index, all) => all.slice(index + 1).some(other =>
                meet(box, other) && !row.children[index].matches('.action-checkbox'))));
    """
    small = """
        return [...document.querySelectorAll('#result_list :is(a, button, input), #changelist-filter a')].filter(
            each => each.offsetParent && !each.closest('.sortoptions')
                && each.getBoundingClientRect().height < arguments[0]).map(each => each.outerHTML);
    """
    for width in (1280, 768, 360):
        browser.show(width, 800)

        assert browser.execute_script("return document.documentElement.scrollWidth") == width
        assert not browser.execute_script(covered), width
        assert browser.execute_script(small, 44 if width < 600 else 24) == [], width


def in_sight(browser: Browser, element: WebElement) -> bool:
    """Whether a click on its right end meets it."""
    script = """
        const box = arguments[0].getBoundingClientRect();
        return document.elementFromPoint(box.right - 2, (box.top + box.bottom) / 2) === arguments[0];
    """
    return bool(browser.execute_script(script, element))


def is_told(browser: Browser, message: str) -> bool:
    """Whether the moderator reads this, at the latest after a while."""
    return browser.patience.until(see.text_to_be_present_in_element((By.CLASS_NAME, "messagelist"), message))


def sign_in(live: Live, browser: Browser, moderator: Account) -> None:
    """Through whichever page asks for it."""
    browser.get(f"{live.url}/admin/")
    browser.find_element(By.NAME, "username").send_keys(moderator.username)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.NAME, "password").submit()
    browser.patience.until(see.presence_of_element_located((By.ID, "logout-form")))
