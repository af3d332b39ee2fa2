"""What a list costs: a fixed number of queries, however many people are on it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from follows import graph
from tests.compat_mastodon.conftest import Clients
from tests.factories import AccountFactory

# Path, and how many queries it may make: the token is one, accounts not rendered yet another.
LISTS = {
    "/api/v1/follow_requests?limit=80": 3,
    "/api/v1/accounts/{me}/followers?limit=80": 4,
    "/api/v1/accounts/{me}/following?limit=80": 4,
    "/api/v1/accounts/relationships?{ids}": 2,
}


@pytest.fixture
def crowd(carol: Account) -> Callable[[int], list[int]]:
    """Makes people: a third of them ask to follow carol, a third follow her, she follows a third."""

    def grow(size: int) -> list[int]:
        accounts = [AccountFactory().pk for _ in range(size)]
        for number, account in enumerate(accounts):
            if number % 3 == 2:
                graph.follow(carol.pk, account)
            else:
                graph.follow(account, carol.pk)
            if number % 3 == 1:
                graph.accept(carol.pk, graph.Actor(carol.pk, "test"), requester=account)
        return accounts

    return grow


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_queries_does_not_grow(
    mastodon: Clients, carol: Account, crowd: Callable[[int], list[int]], path: str
) -> None:
    client, accounts, counts = mastodon(carol), list[int](), []
    for size in (3, 30):
        accounts += crowd(size)
        there = path.format(me=carol.pk, ids="&".join(f"id[]={account}" for account in accounts))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(there).status_code == 200
        counts.append(len(queries))

    assert counts == [LISTS[path]] * 2


@pytest.mark.parametrize("path", LISTS)
def test_who_was_rendered_once_costs_no_query(
    mastodon: Clients, carol: Account, crowd: Callable[[int], list[int]], path: str
) -> None:
    there = path.format(me=carol.pk, ids="&".join(f"id[]={account}" for account in crowd(9)))
    client = mastodon(carol)
    client.get(there)
    with CaptureQueriesContext(connection) as queries:
        client.get(there)

    assert len(queries) == LISTS[path] - ("ids" not in path)
