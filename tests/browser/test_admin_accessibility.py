"""axe finds no serious barrier in the admin, in any look."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import graph, reports
from follows.gate import servers
from follows.models import FollowRequest, Reason, ServerRuleKind
from tests.browser.conftest import Browser
from tests.browser.looks import SERIOUS, faults
from tests.browser.test_admin_queue import sign_in
from tests.servers import Live

pytestmark = pytest.mark.once

# Of Django's own markup: the label of the search is a picture with a text, and the two boxes for permissions have
# spans with labels. Screen readers read both.
DJANGOS = frozenset({"label-title-only", "aria-prohibited-attr"})
LISTS = (
    *("accounts/account", "accounts/session", "accounts/badgerequest", "auth/group"),
    *("follows/followrequest", "follows/follow", "follows/block", "follows/decision", "follows/notice"),
    *("follows/report", "follows/serverrule", "follows/opening", "follows/leaving"),
)


@pytest.fixture(scope="session")
def root(live: Live) -> Account:
    """A superuser with something on every list."""
    root = live.sign_up("root", staff=True)
    alice, bob, carol = live.sign_up("alice"), live.sign_up("bob"), live.sign_up("carol", locked=True)
    with live.database():
        Account.objects.filter(pk=root.pk).update(is_superuser=True)
        by = Actor(root.pk, "test")
        graph.follow(alice.pk, carol.pk, by, note="It's me, from the choir")
        graph.follow(bob.pk, carol.pk, by)
        graph.accept(carol.pk, bob.pk, by)
        graph.block(alice.pk, bob.pk, by)
        reports.report(alice.pk, bob.pk, Reason.SPAM, "The same link to everybody. " * 10, by)
        servers.set_rule("other.example", ServerRuleKind.MUST_ASK, "Many bots", by)
        sessions.open_session(alice.pk, Platform.IOS)
    return root


def test_the_lists_and_forms_of_the_admin(live: Live, browser: Browser, root: Account) -> None:
    sign_in(live, browser, root)
    with live.database():
        asked = FollowRequest.objects.latest("pk").pk
        member = Account.objects.filter(username__startswith="alice").latest("pk").pk
    forms = (
        *("accounts/account/add", f"accounts/account/{member}/change", f"accounts/account/{member}/password"),
        *(f"accounts/account/{member}/history", f"follows/followrequest/{asked}/change"),
        *("follows/serverrule/add", "password_change"),
    )

    found: dict[str, list[object]] = {}
    for path in ("", *LISTS, *forms):
        browser.get(f"{live.url}/admin/{path}{'/' if path else ''}")
        assert "404" not in browser.title
        found[path] = ours(browser)
    browser.get(f"{live.url}/admin/accounts/account/")
    found["confirmation"] = confirmation(browser)

    assert {path: barriers for path, barriers in found.items() if barriers} == {}


def test_the_page_for_signing_in(live: Live, browser: Browser) -> None:
    browser.get(f"{live.url}/admin/")
    assert ours(browser) == []


def confirmation(browser: Browser) -> list[object]:
    """The findings on the page that asks for the reason of an action."""
    browser.find_element(By.NAME, "_selected_action").click()
    Select(browser.find_element(By.NAME, "action")).select_by_value("limit")
    browser.find_element(By.NAME, "index").click()
    return ours(browser)


def ours(browser: Browser) -> list[object]:
    """The faults that are not Django's."""
    return faults(browser, impacts=SERIOUS, known=DJANGOS)
