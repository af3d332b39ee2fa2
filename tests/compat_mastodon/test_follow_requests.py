"""The list of who asks to follow me: its order, its limits, its cursors and its Link header (mastodon.md §2.1)."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries
from follows.paging import Window
from tests.compat_mastodon.conftest import Clients, ids
from tests.factories import AccountFactory

PATH = "/api/v1/follow_requests"


@pytest.fixture
def queue(carol: Account) -> list[int]:
    """Who asked, newest first."""
    requesters = [AccountFactory().pk for _ in range(5)]
    for requester in requesters:
        graph.follow(requester, carol.pk, Actor(requester, "test"))
    return requesters[::-1]


@pytest.fixture
def rows(carol: Account, queue: list[int]) -> list[int]:
    """The ids of the requests, newest first: what cursors are made of."""
    return queries.requests_to(carol.pk, Window(40)).ids


def test_the_newest_request_comes_first(mastodon: Clients, carol: Account, queue: list[int]) -> None:
    assert ids(mastodon(carol).get(PATH)) == queue


def test_only_my_own_requests_are_listed(mastodon: Clients, bob: Account, queue: list[int]) -> None:
    response = mastodon(bob).get(PATH)

    assert response.json() == []
    assert "Link" not in response.headers


def test_requesters_are_plain_accounts(mastodon: Clients, carol: Account, queue: list[int]) -> None:
    first = mastodon(carol).get(PATH).json()[0]

    assert first == mastodon().get(f"/api/v1/accounts/{queue[0]}").json()


@pytest.mark.parametrize(
    ("limit", "count"),
    [("2", 2), ("-2", 2), ("500", 5), ("3abc", 3), ("0", 1), ("", 1), ("abc", 1), ("99999999999999999999", 5)],
)
def test_odd_limits_are_read_as_numbers(
    mastodon: Clients, carol: Account, queue: list[int], limit: str, count: int
) -> None:
    assert ids(mastodon(carol).get(PATH, {"limit": limit})) == queue[:count]


def test_a_page_has_forty_unless_asked_and_at_most_eighty(mastodon: Clients, carol: Account) -> None:
    for _ in range(81):
        graph.follow(AccountFactory().pk, carol.pk, Actor(AccountFactory().pk, "test"))
    client = mastodon(carol)

    assert len(ids(client.get(PATH))) == 40
    assert len(ids(client.get(PATH, {"limit": 100}))) == 80


def test_max_id_is_a_request_and_is_left_out(
    mastodon: Clients, carol: Account, queue: list[int], rows: list[int]
) -> None:
    assert ids(mastodon(carol).get(PATH, {"max_id": rows[1]})) == queue[2:]


def test_since_id_gives_the_newest_above_it(
    mastodon: Clients, carol: Account, queue: list[int], rows: list[int]
) -> None:
    client = mastodon(carol)

    assert ids(client.get(PATH, {"since_id": rows[3]})) == queue[:3]
    assert ids(client.get(PATH, {"since_id": rows[3], "limit": 1})) == queue[:1]
    assert ids(client.get(PATH, {"since_id": rows[3], "max_id": rows[0]})) == queue[1:3]


@pytest.mark.parametrize("ignored", ["page", "offset"])
def test_other_cursors_are_ignored(
    mastodon: Clients, carol: Account, queue: list[int], rows: list[int], ignored: str
) -> None:
    assert ids(mastodon(carol).get(PATH, {ignored: rows[2]})) == queue


@pytest.mark.parametrize(
    ("cursor", "whole"),
    [
        ({"max_id": ""}, True),
        ({"since_id": ""}, True),
        ({"max_id": "foo"}, False),
        ({"since_id": "foo"}, True),
        ({"max_id": "-7"}, False),
        ({"since_id": "-7"}, True),
        ({"max_id": "117130552934400000"}, True),
        ({"since_id": "117130552934400000"}, False),
        ({"max_id": "9" * 400}, True),
        ({"since_id": "9" * 400}, False),
    ],
)
def test_cursors_that_are_no_row(
    mastodon: Clients, carol: Account, queue: list[int], cursor: dict[str, str], whole: bool
) -> None:
    assert ids(mastodon(carol).get(PATH, cursor)) == (queue if whole else [])


def test_the_link_header_letter_by_letter(mastodon: Clients, carol: Account, queue: list[int], rows: list[int]) -> None:
    response = mastodon(carol).get(PATH, {"since_id": rows[4], "limit": "2", "max_id": rows[0]})

    base = "http://testserver/api/v1/follow_requests?limit=2"
    assert response.headers["Link"] == (
        f'<{base}&max_id={rows[2]}>; rel="next", <{base}&since_id={rows[1]}>; rel="prev"'
    )


def test_a_page_that_is_not_full_has_only_prev(
    mastodon: Clients, carol: Account, queue: list[int], rows: list[int]
) -> None:
    link = mastodon(carol).get(PATH).headers["Link"]

    assert link == f'<http://testserver/api/v1/follow_requests?since_id={rows[0]}>; rel="prev"'


def test_the_limit_is_carried_over_as_it_was_sent(mastodon: Clients, carol: Account, queue: list[int]) -> None:
    assert "?limit=500&since_id=" in mastodon(carol).get(PATH, {"limit": "500"}).headers["Link"]
    assert "?limit=-2&max_id=" in mastodon(carol).get(PATH, {"limit": "-2"}).headers["Link"]


def test_a_full_last_page_leads_to_an_empty_one_without_link(
    mastodon: Clients, carol: Account, queue: list[int], rows: list[int]
) -> None:
    client = mastodon(carol)
    assert f"max_id={rows[-1]}" in client.get(PATH, {"limit": 5}).headers["Link"]

    last = client.get(PATH, {"limit": 5, "max_id": rows[-1]})
    assert last.json() == []
    assert "Link" not in last.headers


def test_a_suspended_requester_is_left_out_of_list_and_count(
    mastodon: Clients, carol: Account, queue: list[int]
) -> None:
    people.suspend(queue[0])
    client = mastodon(carol)

    assert ids(client.get(PATH)) == queue[1:]
    assert client.get("/api/v1/accounts/verify_credentials").json()["source"]["follow_requests_count"] == 4


def test_a_blocked_requester_is_gone(mastodon: Clients, carol: Account, queue: list[int]) -> None:
    graph.block(carol.pk, queue[0], Actor(carol.pk, "test"))

    assert ids(mastodon(carol).get(PATH)) == queue[1:]


def test_a_renamed_requester_shows_the_new_name(mastodon: Clients, carol: Account, queue: list[int]) -> None:
    client = mastodon(carol)
    client.get(PATH)
    people.change(queue[0], display_name="Newly Named")

    assert client.get(PATH).json()[0]["display_name"] == "Newly Named"
