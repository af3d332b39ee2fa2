"""The requests of a member in order: sorted, searched, filtered, page by page, and new ones."""

from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.models import Account
from follows import graph
from tests.factories import AccountFactory
from tests.follows.pages.conftest import ask, browser, by, names, words


def test_nobody_waiting_is_said_kindly(carol: Account) -> None:
    assert "Nobody is waiting" in words(browser(carol).get("/requests"))
    assert "No request matches" in words(browser(carol).get("/requests?q=nobody"))


def test_sorting_searching_and_filtering(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    graph.follow(carol.pk, bob.pk, by(carol))
    graph.follow(bob.pk, alice.pk, by(bob))
    people.change(mallory.pk, note="Sings in the choir")
    with time_machine.travel("2026-05-01T12:00:00Z"):
        ask(carol, alice)
    ask(carol, bob, mallory)
    client = browser(carol)
    expected = {
        "": ["Mallory", "Bob Brown", "Alice Adams"],
        "sort=oldest": ["Alice Adams", "Bob Brown", "Mallory"],
        "sort=friends": ["Alice Adams", "Mallory", "Bob Brown"],
        "q=choir": ["Mallory"],
        "followed=yes": ["Bob Brown"],
        "followed=no": ["Mallory", "Alice Adams"],
        "min_friends=1": ["Alice Adams"],
        "older_than_days=30": ["Alice Adams"],
        "reasons=1": ["Mallory", "Bob Brown", "Alice Adams"],
        "reasons=4": [],
        "sort=nonsense&min_friends=x&reasons=99&followed=perhaps&q=%00": ["Mallory", "Bob Brown", "Alice Adams"],
    }
    for query, wanted in expected.items():
        assert names(client.get(f"/requests?{query}")) == wanted, query


def test_requests_that_were_shown_are_seen(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice)
    client = browser(carol)
    client.get("/requests")
    ask(carol, bob)

    assert names(client.get("/requests?seen=no")) == ["Bob Brown"]
    assert names(client.get("/requests?seen=no")) == ["Bob Brown"]
    assert names(client.get("/requests?seen=yes")) == ["Alice Adams"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "friends"])
def test_pages_lead_forth_and_back(carol: Account, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr("follows.pages.requests.PAGE", 2)
    ask(carol, *[AccountFactory(display_name=f"No {n}") for n in range(5)])
    client, address, seen = browser(carol), f"/requests?sort={sort}", []
    while address:
        page = client.get(address)
        seen.append((address, names(page)))
        address = page.context["next"]
    assert [len(found) for _, found in seen] == [2, 2, 1]
    assert len({name for _, found in seen for name in found}) == 5
    for (_, before), (here, _) in pairwise(seen):
        assert names(client.get(client.get(here).context["trail"].previous)) == before


@pytest.mark.parametrize("after", ["x", "1-2-3-4", "99999999999", "1..2", "-1", "1-2-x", "\u0663", "0" * 400])
def test_a_malformed_place_is_the_first_page(alice: Account, carol: Account, after: str) -> None:
    ask(carol, alice)
    assert names(browser(carol).get("/requests", {"after": after})) == ["Alice Adams"]
    assert browser(carol).get("/history", {"after": after}).status_code == 200


def test_news_are_counted_for_an_open_page(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    ask(carol, alice)
    client = browser(carol)
    newest = client.get("/requests").context["newest"]
    assert words(client.get(f"/requests/newer?than={newest}")) == ""
    ask(carol, bob, mallory)
    assert words(client.get(f"/requests/newer?than={newest}")) == "2 new requests – show"


def test_a_page_costs_the_same_queries_however_many_wait(bob: Account, carol: Account) -> None:
    graph.follow(carol.pk, bob.pk, by(carol))

    def grow(number: int) -> None:
        for _ in range(number):
            requester = AccountFactory()
            graph.follow(bob.pk, requester.pk, by(bob))
            ask(carol, requester)

    client, costs = browser(carol), []
    for number in (1, 11):
        grow(number)
        client.get("/requests")  # which has them seen
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get("/requests").status_code == 200
        costs.append(len(queries_made))
    assert costs[0] == costs[1] <= 13
