"""The standing cast, and what every story may use.

alice, bob and mallory are open; carol is locked: whoever wants to follow her must ask.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from accounts import hashers
from accounts.models import Account
from compat_mastodon import entities
from compat_twittner import cards
from config import cache
from follows.pages import people
from tests.factories import PASSWORD, AccountFactory
from tests.moderation import make_moderators
from tests.servers import django_db_modify_db_settings, django_db_setup, live, new_server
from tests.threads import wait_for_background, wait_for_deliveries, wait_for_mails

__all__ = ["django_db_modify_db_settings", "django_db_setup", "live", "new_server"]

hashers.NOBODYS = hashers.NOBODYS.replace("$10$", "$04$")  # hundreds of wrong passwords would take 60 ms each


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trust", action="store_const", const="too", help="run the stories marked as long, too")
    parser.addoption("--trust-alone", action="store_const", const="alone", dest="trust", help="run only those")
    parser.addoption("--pooler", action="store_true", help="let real servers reach PostgreSQL through PgBouncer")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`--trust-alone` does not import files without long stories: all of them take each process half a minute."""
    if config.getoption("--trust") != "alone" or collection_path.suffix != ".py":
        return None
    return "mark.long" not in collection_path.read_text() or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test of a real server: without one marked test pytest-django makes no test database to copy.

    Long stories are skipped unless `--trust` asks for them; `--trust-alone` leaves the others out.
    """
    asked = config.getoption("--trust")
    if asked == "alone":
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("long")])
        items[:] = [item for item in items if item.get_closest_marker("long")]
    for item in items:
        if item.get_closest_marker("long") and not asked:
            item.add_marker(pytest.mark.skip(reason="long; --trust runs it"))
        if "django_db_setup" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_costly_setups_come_first(items: list[pytest.Item]) -> None:
    """A process without work takes stories from the end of another's list, and would set up the same again."""
    items.sort(key=lambda item: item.path.name != "test_make_run.py")


@pytest.fixture(autouse=True)
def _nobody_rendered_yet() -> None:
    """Every story begins with a new database, in which ids and versions come again."""
    for kept in (
        entities.ACCOUNTS,
        entities.OWN,
        cards.CARDS,
        cards.NOTIFIERS,
        *(people.kept(language) for language, _ in settings.LANGUAGES),
    ):
        kept.clear()


@pytest.fixture(autouse=True)
def _no_cache_away() -> Iterator[None]:
    """A story in which the cache was away ends with the counters that were kept instead of it."""
    yield
    if cache._moments[cache._ASK_AT]:
        cache._moments[cache._ASK_AT] = cache._moments[cache._SAID_AT] = 0
        cache._own.clear()


@pytest.fixture(autouse=True)
def _no_thread_works() -> Iterator[None]:
    """A story ends with its threads: while one reads, PostgreSQL may see a deadlock where the tables are emptied."""
    yield
    wait_for_deliveries()
    wait_for_background()
    wait_for_mails()


@pytest.fixture
def alice(db: None) -> Account:
    return AccountFactory(username="alice", display_name="Alice Adams")


@pytest.fixture
def bob(db: None) -> Account:
    return AccountFactory(username="bob", display_name="Bob Brown")


@pytest.fixture
def carol(db: None) -> Account:
    return AccountFactory(username="carol", display_name="Carol Clark", locked=True)


@pytest.fixture
def mallory(db: None) -> Account:
    return AccountFactory(username="mallory", display_name="Mallory")


@pytest.fixture
def moderator(db: None) -> Account:
    """May decide requests, and look at what helps with it."""
    if not Group.objects.filter(name="Moderators").exists():  # another story has emptied the database
        make_moderators()
    return AccountFactory(username="moderator", staff=True)


@pytest.fixture
def helper(db: None) -> Account:
    """May open the admin, and nothing in it."""
    helper = AccountFactory(username="helper", staff=True)
    helper.groups.clear()
    return helper


@pytest.fixture
def root(db: None) -> Account:
    """May everything that anybody may."""
    return Account.objects.create_superuser("root", "root@example.org", PASSWORD)
