"""Who follows an account and whom it follows, and who may see that (mastodon.md §3.2)."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries
from follows.paging import Window
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory

BOTH = pytest.mark.parametrize("end", ["followers", "following"])


@pytest.fixture
def crowd(bob: Account) -> list[int]:
    """Who follows bob and is followed by him, newest first."""
    accounts = [AccountFactory().pk for _ in range(5)]
    for account in accounts:
        graph.follow(account, bob.pk, Actor(account, "test"))
        graph.follow(bob.pk, account, Actor(bob.pk, "test"))
    return accounts[::-1]


def path(account: Account, end: str) -> str:
    return f"/api/v1/accounts/{account.pk}/{end}"


@BOTH
def test_the_newest_comes_first_for_everybody(mastodon: Clients, bob: Account, crowd: list[int], end: str) -> None:
    assert ids(mastodon().get(path(bob, end))) == crowd


@BOTH
def test_pages_are_cut_by_follow(mastodon: Clients, alice: Account, bob: Account, crowd: list[int], end: str) -> None:
    read = queries.followers_of if end == "followers" else queries.following_of
    rows = read(bob.pk, None, Window(40)).ids
    response = mastodon(alice).get(path(bob, end), {"limit": 2, "max_id": rows[0]})

    assert ids(response) == crowd[1:3]
    base = f"http://testserver{path(bob, end)}?limit=2"
    assert response.headers["Link"] == (
        f'<{base}&max_id={rows[2]}>; rel="next", <{base}&since_id={rows[1]}>; rel="prev"'
    )


def test_a_request_is_neither_follower_nor_following(mastodon: Clients, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert ids(mastodon(carol).get(path(carol, "followers"))) == []
    assert ids(mastodon(alice).get(path(alice, "following"))) == []


@BOTH
def test_hidden_collections_are_for_the_owner(
    mastodon: Clients, alice: Account, bob: Account, crowd: list[int], end: str
) -> None:
    people.change(bob.pk, hide_collections=True)

    for client in (mastodon(), mastodon(alice)):
        response = client.get(path(bob, end))
        assert ids(response) == []
        assert "Link" not in response.headers
    assert ids(mastodon(bob).get(path(bob, end))) == crowd


@BOTH
def test_lists_for_followers_are_for_followers(
    mastodon: Clients, alice: Account, bob: Account, crowd: list[int], end: str
) -> None:
    people.change(bob.pk, profile_privacy="followers")
    assert ids(mastodon().get(path(bob, end))) == ids(mastodon(alice).get(path(bob, end))) == []

    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    assert set(ids(mastodon(alice).get(path(bob, end)))) >= set(crowd)


@BOTH
def test_a_blocked_viewer_sees_nobody(
    mastodon: Clients, alice: Account, bob: Account, crowd: list[int], end: str
) -> None:
    graph.block(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert ids(mastodon(alice).get(path(bob, end))) == []


@BOTH
def test_who_is_parted_from_the_viewer_is_left_out_for_the_viewer_alone(
    mastodon: Clients, alice: Account, bob: Account, crowd: list[int], end: str
) -> None:
    graph.block(alice.pk, crowd[0], Actor(alice.pk, "test"))
    graph.block(crowd[1], alice.pk, Actor(crowd[1], "test"))

    assert ids(mastodon(alice).get(path(bob, end))) == crowd[2:]
    assert ids(mastodon(bob).get(path(bob, end))) == crowd
    assert ids(mastodon().get(path(bob, end))) == crowd


@BOTH
def test_a_suspended_account_has_empty_lists(mastodon: Clients, bob: Account, crowd: list[int], end: str) -> None:
    people.suspend(bob.pk)

    assert ids(mastodon().get(path(bob, end))) == []


@BOTH
def test_suspended_people_stay_in_the_lists_as_blank_cards(
    mastodon: Clients, bob: Account, crowd: list[int], end: str
) -> None:
    people.suspend(crowd[0])

    first = mastodon().get(path(bob, end)).json()[0]
    assert (first["id"], first["suspended"], first["display_name"]) == (str(crowd[0]), True, "")


@BOTH
@pytest.mark.parametrize("account", ["0", "4711", "foo", "99999999999999999999", "1%00"])
def test_the_lists_of_nobody_are_not_found(mastodon: Clients, db: None, account: str, end: str) -> None:
    assert refusal(mastodon().get(f"/api/v1/accounts/{account}/{end}")) == (404, "Record not found")
