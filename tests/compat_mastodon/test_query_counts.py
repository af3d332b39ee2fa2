"""What a list costs: a fixed number of queries, however many people are on it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_mastodon import entities
from follows import domains, graph, lists, marks
from follows.models import List
from tests.compat_mastodon.conftest import Clients
from tests.factories import AccountFactory

# Path, and how many queries it may make: the token is one, accounts not rendered yet another.
LISTS = {
    "/api/v1/follow_requests?limit=80": 3,
    "/api/v1/accounts/{me}/followers?limit=80": 3,
    "/api/v1/accounts/{me}/following?limit=80": 3,
    "/api/v1/accounts/relationships?{ids}": 2,
    "/api/v1/accounts?{first_ids}": 2,
    "/api/v1/accounts/familiar_followers?{ids}": 4,
    "/api/v1/directory?limit=80": 3,
    "/api/v1/suggestions?limit=80": 3,
    "/api/v2/suggestions?limit=80": 3,
    "/api/v1/blocks?limit=80": 3,
    "/api/v1/mutes?limit=80": 3,
    "/api/v1/endorsements?limit=0": 3,
    "/api/v1/accounts/{me}/endorsements?limit=80": 4,
    "/api/v1/domain_blocks": 2,
    "/api/v1/lists": 2,
    "/api/v1/lists/{list}/accounts?limit=0": 4,
    "/api/v1/accounts/{me}/lists": 3,
}
NOTHING_RENDERED = ("relationships", "accounts?", "domain_blocks", "/lists")


@pytest.fixture
def crowd(carol: Account) -> Callable[[int], list[int]]:
    """Makes people around carol: one asks, one follows, one she follows, lists and endorses, and so on."""
    by = graph.Actor(carol.pk, "test")
    shelf = lists.create(carol.pk, "Shelf")

    def grow(size: int) -> list[int]:
        accounts = [AccountFactory().pk for _ in range(size)]
        for number, account in enumerate(accounts):
            people.change(account, discoverable=True)
            match number % 6:
                case 0:
                    graph.follow(account, carol.pk, Actor(account, "test"))
                case 1:
                    graph.follow(account, carol.pk, Actor(account, "test"))
                    graph.accept(carol.pk, account, by)
                case 2:
                    graph.follow(carol.pk, account, Actor(carol.pk, "test"))
                    lists.add(carol.pk, shelf.pk, [account])
                    marks.endorse(carol.pk, account)
                    for friend in accounts[number + 3 :: 6]:
                        graph.follow(account, friend, Actor(account, "test"))
                case 3:
                    graph.block(carol.pk, account, by)
                case 4:
                    marks.mute(carol.pk, account)
                    domains.block(carol.pk, f"s{account}.example", by)
        return accounts

    return grow


def filled(path: str, carol: Account, accounts: list[int]) -> str:
    everybody = [f"id[]={account}" for account in accounts]
    return path.format(
        me=carol.pk, ids="&".join(everybody), first_ids="&".join(everybody[:40]), list=List.objects.get().pk
    )


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_queries_does_not_grow(
    mastodon: Clients, carol: Account, crowd: Callable[[int], list[int]], path: str
) -> None:
    client, accounts, counts, sizes = mastodon(carol), list[int](), [], []
    for size in (6, 36):
        accounts += crowd(size)
        there = filled(path, carol, accounts)
        entities.ACCOUNTS.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(there)
        assert response.status_code == 200
        counts.append(len(queries))
        sizes.append(len(response.content))

    assert counts == [LISTS[path]] * 2
    assert "lists" in path or sizes[1] > sizes[0] + 5


@pytest.mark.parametrize("path", LISTS)
def test_who_was_rendered_once_costs_no_query(
    mastodon: Clients, carol: Account, crowd: Callable[[int], list[int]], path: str
) -> None:
    client, there = mastodon(carol), filled(path, carol, crowd(12))
    client.get(there)
    with CaptureQueriesContext(connection) as queries:
        client.get(there)

    kept = not any(word in path for word in NOTHING_RENDERED) or path.endswith("accounts?limit=0")
    assert len(queries) == LISTS[path] - kept


@pytest.mark.parametrize("path", ["/api/v1/accounts/search?q={}&limit=80", "/api/v2/search?q={}&limit=40"])
def test_a_search_asks_a_bounded_number_of_times(
    mastodon: Clients, carol: Account, crowd: Callable[[int], list[int]], path: str
) -> None:
    """It looks in one place after the other, and stops once the page is full."""
    client = mastodon(carol)
    for size in (6, 36):
        crowd(size)
        for text in ("person", "nobody at all"):
            entities.ACCOUNTS.clear()
            with CaptureQueriesContext(connection) as queries:
                client.get(path.format(text))
            assert len(queries) <= 8
