"""What the page of forty requests costs the server: a bound that no busy machine moves."""

import cProfile
import pstats

from django.db import connection

from accounts.models import Account
from tests.compat_mastodon.oauth_client import browser
from tests.factories import AccountFactory
from tests.follows.pages.conftest import ask

CALLS = {"sqlite": 9_500, "postgresql": 11_000}  # of Python functions; the driver of PostgreSQL is Python in part


def test_forty_requests_take_a_bounded_number_of_calls(carol: Account) -> None:
    requesters = [
        AccountFactory(display_name=f"Person {n}", note="I like https://example.org\n\nand @carol") for n in range(45)
    ]
    ask(carol, *requesters, note="We met at the wall.")
    client = browser(carol)
    for _ in range(2):
        assert client.get("/requests").content.decode().count('class="request"') == 40
    with cProfile.Profile() as profile:
        client.get("/requests")

    assert pstats.Stats(profile).total_calls < CALLS[connection.vendor]
