"""The way back through lists: `min_id` gives the page directly above it, on every list with a cursor."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from follows import domains, graph, lists, marks
from follows.graph import Actor
from tests.compat_mastodon.conftest import Clients
from tests.factories import AccountFactory

LISTS = (
    *("follow_requests", "accounts/{me}/followers", "accounts/{other}/followers", "accounts/{me}/following"),
    *("accounts/{other}/following", "blocks", "mutes", "endorsements", "accounts/{me}/endorsements"),
    *("lists/{list}/accounts", "domain_blocks"),
)
SIZE = 7


@pytest.fixture
def addresses(carol: Account, bob: Account) -> dict[str, str]:
    """Carol's and bob's lists, with seven entries each."""
    by = Actor(carol.pk, "test")
    shelf = lists.create(carol.pk, "Shelf").pk
    for number in range(SIZE):
        requester, follower, target, enemy = (AccountFactory().pk for _ in range(4))
        graph.follow(requester, carol.pk, Actor(requester, "test"))
        graph.follow(follower, carol.pk, Actor(follower, "test"))
        graph.accept(carol.pk, follower, by)
        graph.follow(follower, bob.pk, Actor(follower, "test"))
        graph.follow(carol.pk, target, Actor(carol.pk, "test"))
        graph.follow(bob.pk, target, Actor(bob.pk, "test"))
        marks.endorse(carol.pk, target)
        lists.add(carol.pk, shelf, [target])
        graph.block(carol.pk, enemy, by)
        marks.mute(carol.pk, requester, notices_too=True, seconds=0)
        domains.block(carol.pk, f"server{number}.example", by)
    names = {"me": carol.pk, "other": bob.pk, "list": shelf}
    return {path: f"/api/v1/{path.format(**names)}" for path in LISTS}


def entries(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [entry if isinstance(entry, str) else entry["id"] for entry in response.json()]


def cursors(client: Any, path: str, total: int = SIZE) -> list[str]:
    """The cursor of each entry, newest first, read from the Link headers of pages of one."""
    found: list[str] = []
    for _ in range(total):
        link = client.get(path, {"limit": 1} | ({"max_id": found[-1]} if found else {})).headers["Link"]
        found += re.findall(r"[?&]max_id=([0-9]+)", link)
    return found


def pages(client: Any, path: str) -> Callable[..., list[str]]:
    """The pages of one list, by the parameters of the query."""

    def page(**query: object) -> list[str]:
        return entries(client.get(path, query))

    return page


def test_min_id_gives_the_page_directly_above_it(mastodon: Clients, carol: Account, addresses: dict[str, str]) -> None:
    client = mastodon(carol)
    for path in addresses.values():
        everything, rows = entries(client.get(path)), cursors(client, path)
        assert len(everything) == len(rows) == SIZE
        page = pages(client, path)

        assert page(min_id=rows[4], limit=2) == everything[2:4]
        assert page(since_id=rows[4], limit=2) == everything[:2]
        assert page(min_id=rows[4]) == page(since_id=rows[4]) == everything[:4]
        assert page(min_id=rows[4], since_id=rows[1], limit=2) == everything[2:4]
        assert page(min_id=rows[0]) == []


def test_together_with_max_id_it_gives_what_lies_between(
    mastodon: Clients, carol: Account, addresses: dict[str, str]
) -> None:
    client = mastodon(carol)
    for path in addresses.values():
        everything, rows = entries(client.get(path)), cursors(client, path)
        page = pages(client, path)

        assert page(min_id=rows[5], max_id=rows[1]) == everything[2:5]
        assert page(min_id=rows[5], max_id=rows[1], limit=2) == everything[3:5]
        assert page(since_id=rows[5], max_id=rows[1], limit=2) == everything[2:4]
        assert page(min_id=rows[2], max_id=rows[1]) == page(min_id=rows[1], max_id=rows[5]) == []


def test_the_link_header_stays_as_it_is(mastodon: Clients, carol: Account, addresses: dict[str, str]) -> None:
    client = mastodon(carol)
    for path in addresses.values():
        rows = cursors(client, path)

        base = f"http://testserver{path}?limit=2"
        assert client.get(path, {"min_id": rows[4], "limit": 2}).headers["Link"] == (
            f'<{base}&max_id={rows[3]}>; rel="next", <{base}&since_id={rows[2]}>; rel="prev"'
        )
        whole = client.get(path, {"min_id": rows[2]})
        assert whole.headers["Link"] == f'<http://testserver{path}?since_id={rows[0]}>; rel="prev"'


def test_a_client_that_polls_upwards_skips_nothing(
    mastodon: Clients, carol: Account, addresses: dict[str, str]
) -> None:
    client = mastodon(carol)
    for path in addresses.values():
        everything, rows = entries(client.get(path)), cursors(client, path)

        seen: list[str] = [everything[-1]]
        below = rows[-1]
        for _ in range(SIZE // 2):
            response = client.get(path, {"min_id": below, "limit": 2})
            seen = entries(response) + seen
            below = re.findall(r"since_id=([0-9]+)", response.headers["Link"])[0]

        assert seen == everything


@pytest.mark.parametrize(
    ("min_id", "found"),
    [("", slice(0, 2)), ("foo", slice(5, 7)), ("0", slice(5, 7)), ("-7", slice(5, 7)), ("9" * 40, slice(0, 0))],
)
def test_a_min_id_that_is_no_row(
    mastodon: Clients, carol: Account, addresses: dict[str, str], min_id: str, found: slice
) -> None:
    client, path = mastodon(carol), addresses["follow_requests"]

    assert entries(client.get(path, {"min_id": min_id, "limit": 2})) == entries(client.get(path))[found]
