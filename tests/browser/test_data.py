"""A member takes an archive along and imports a list, and the page shows how far it is without a reload."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as see

from accounts.access import Actor
from accounts.models import Account
from follows.data import previews
from follows.models import Follow, Import, ImportKind, ImportResult, ImportState
from tests.browser.conftest import Browser
from tests.browser.looks import faults
from tests.browser.test_requests import signs_in
from tests.browser.test_sign_in import person
from tests.factories import PASSWORD
from tests.servers import Live

__all__ = ["person"]
pytestmark = pytest.mark.once  # pages in a browser are the same on both databases


def test_an_archive_and_an_import(live: Live, browser: Browser, person: Account, tmp_path: Path) -> None:
    bob = live.sign_up("bob")
    browser.get(f"{live.url}/auth/sign_in?next=/data")
    browser.find_element(By.NAME, "username").send_keys(person.username)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "button.primary").click()
    browser.patience.until(see.presence_of_element_located((By.ID, "archive")))

    browser.find_element(By.CSS_SELECTOR, "#archive button").click()
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, "#archive a[download]")))
    assert faults(browser, "data") == []

    (file := tmp_path / "following_accounts.csv").write_text(
        f"Account address,Show boosts\n{bob.username},true\nnobody@a-very-long-name-of-a-server.example,true\n"
    )
    browser.find_element(By.ID, "file").send_keys(str(file))
    browser.find_element(By.CSS_SELECTOR, "form[enctype] button").click()
    browser.patience.until(see.presence_of_element_located((By.CSS_SELECTOR, "#import table")))
    assert faults(browser, "data-preview") == []
    browser.find_element(By.CSS_SELECTOR, "#import button.primary").click()
    browser.patience.until(see.text_to_be_present_in_element((By.ID, "import"), "The import is done"))

    assert not [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]]
    with live.database():
        assert Follow.objects.filter(follower=person.pk, target=bob.pk).exists()


def test_axe_finds_nothing_on_an_import_under_way_nor_on_one_that_is_done(
    live: Live, browser: Browser, person: Account
) -> None:
    lines = "".join(f"nobody{number}@a-very-long-name-of-a-server.example\n" for number in range(20)).encode()
    with live.database():
        job = previews.preview(person.pk, lines, "", ImportKind.BLOCKS, Actor(person.pk, "test"), overwrite=False)
        tomorrow = timezone.now() + timedelta(days=1)
        Import.objects.filter(pk=job.pk).update(state=ImportState.RUNNING, waits_until=tomorrow)
        job.rows.filter(line__lte=10).update(result=ImportResult.NOT_FOUND)
    signs_in(live, browser, person)
    browser.get(f"{live.url}/data/imports/{job.pk}")
    browser.patience.until(see.presence_of_element_located((By.TAG_NAME, "progress")))
    assert faults(browser) == []

    with live.database():
        Import.objects.filter(pk=job.pk).update(state=ImportState.DONE, waits_until=None, finished_at=timezone.now())
    browser.patience.until_not(see.presence_of_element_located((By.TAG_NAME, "progress")))  # without a reload
    assert faults(browser) == []
