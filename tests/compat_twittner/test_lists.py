"""Followers, following, requests: who sees them, how they page, what they cost (twittner.md §1.9, §2.3)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

Phone = Callable[..., Twittner]


@pytest.fixture
def crowd(db: None) -> list[Account]:
    return [AccountFactory() for _ in range(23)]


def ids(answer: dict[str, Any]) -> list[int]:
    return [item["id"] for item in answer["data"]]


def test_followers_page_newest_first_without_gaps(twittner: Phone, alice: Account, crowd: list[Account]) -> None:
    for account in crowd:
        graph.follow(account.pk, alice.pk, Actor(account.pk, "test"))
    phone, seen, offset = twittner(), list[int](), 0
    while (answer := phone.get("fetch_followers", user_id=alice.pk, offset=offset, page_size=5))["code"] == 200:
        seen += ids(answer)
        offset = answer["data"][-1]["offset_id"]

    assert answer["message"] == "No data found"
    assert seen == [account.pk for account in reversed(crowd)]


def test_a_page_has_twenty_unless_asked_and_at_most_a_hundred(
    twittner: Phone, carol: Account, crowd: list[Account]
) -> None:
    for account in [*crowd, *(AccountFactory() for _ in range(80))]:
        graph.follow(account.pk, carol.pk, Actor(account.pk, "test"))
    phone = twittner(carol)

    assert len(phone.get("follow_requests")["data"]) == 20
    assert len(phone.get("follow_requests", page_size=7)["data"]) == 7
    assert len(phone.get("follow_requests", page_size=5000)["data"]) == 100


def test_a_block_hides_the_lists_both_ways(twittner: Phone, alice: Account, bob: Account, mallory: Account) -> None:
    graph.follow(mallory.pk, alice.pk, Actor(mallory.pk, "test"))
    graph.block(alice.pk, bob.pk, Actor(alice.pk, "test"))

    for owner, viewer in ((alice, bob), (bob, alice)):
        answer = twittner(viewer).get("fetch_followers", user_id=owner.pk)
        assert answer["message"] == "This profile data is not available for viewing"


def test_lists_for_followers_open_to_followers_and_the_owner(
    twittner: Phone, alice: Account, bob: Account, mallory: Account
) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    people.change(alice.pk, profile_privacy="followers")

    assert twittner(bob).get("fetch_followers", user_id=alice.pk)["code"] == 200
    assert twittner(alice).get("fetch_followers", user_id=alice.pk)["code"] == 200
    assert twittner(mallory).get("fetch_followers", user_id=alice.pk)["code"] == 400
    assert twittner().get("fetch_followers", user_id=alice.pk)["code"] == 400


def test_requests_are_no_followers(twittner: Phone, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert twittner().get("fetch_followers", user_id=carol.pk)["code"] == 204
    assert twittner().get("fetch_following", user_id=alice.pk)["code"] == 204


def test_a_suspended_requester_is_left_out(twittner: Phone, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    people.suspend(alice.pk)

    assert twittner(carol).get("follow_requests")["code"] == 204


def test_texts_come_out_raw_and_on_one_line(twittner: Phone, alice: Account, bob: Account) -> None:
    people.change(bob.pk, note="<b>Café</b> & 'quotes'\nsecond line", website="https://example.org/?a=1&b=2")
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    (item,) = twittner().get("fetch_followers", user_id=alice.pk)["data"]

    assert item["about"] == "<b>Café</b> & 'quotes' second line"
    assert item["website"] == "https://example.org/?a=1&b=2"


def test_a_change_shows_in_the_next_list(twittner: Phone, alice: Account, bob: Account) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    phone = twittner()
    assert phone.get("fetch_followers", user_id=alice.pk)["data"][0]["name"] == "Bob Brown"

    people.change(bob.pk, first_name="Robert", last_name="Brown")
    assert phone.get("fetch_followers", user_id=alice.pk)["data"][0]["name"] == "Robert Brown"


@pytest.fixture
def common(twittner: Phone, alice: Account, bob: Account, mallory: Account) -> Callable[[], list[str]]:
    """alice follows bob, bob and mallory follow zoe: the friends in common that alice sees in mallory's list."""
    zoe = AccountFactory(username="zoe")
    for follower, target in ((alice, bob), (bob, zoe), (mallory, zoe)):
        graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    phone = twittner(alice)

    def names() -> list[str]:
        (item,) = phone.get("fetch_following", user_id=mallory.pk)["data"]
        return [friend["username"] for friend in item["common_follows"]]

    return names


def test_friends_in_common_are_told(common: Callable[[], list[str]], alice: Account, mallory: Account) -> None:
    assert common() == ["@bob"]

    graph.follow(alice.pk, mallory.pk, Actor(alice.pk, "test"))
    assert common() == ["@mallory", "@bob"]


def test_a_request_makes_nobody_a_friend(common: Callable[[], list[str]], alice: Account, mallory: Account) -> None:
    people.change(mallory.pk, locked=True)
    graph.follow(alice.pk, mallory.pk, Actor(alice.pk, "test"))

    assert common() == ["@bob"]


@pytest.mark.parametrize(
    ("who", "hidden"),
    [
        ("zoe", {"hide_collections": True}),
        ("zoe", {"profile_privacy": "followers"}),
        ("bob", {"hide_collections": True}),
    ],
)
def test_what_lists_hide_friends_in_common_do_not_tell(
    common: Callable[[], list[str]], who: str, hidden: dict[str, Any]
) -> None:
    people.change(Account.objects.get(username=who).pk, **hidden)

    assert common() == []


def test_a_suspended_friend_is_none(common: Callable[[], list[str]], bob: Account) -> None:
    people.suspend(bob.pk)

    assert common() == []


def test_accounts_of_other_servers_are_named_with_theirs(twittner: Phone, alice: Account) -> None:
    remote = Account.objects.create(username="zoe", domain="other.example", display_name="Zoe")
    graph.follow(remote.pk, alice.pk, Actor(remote.pk, "test"))
    (item,) = twittner().get("fetch_followers", user_id=alice.pk)["data"]

    assert (item["username"], item["url"]) == ("@zoe@other.example", "https://other.example/@zoe")
    assert item["name"] == "zoe"


@pytest.mark.parametrize(
    ("endpoint", "most"),
    # session and page, and the people who are not rendered yet; the public lists also ask for the
    # relationships and for friends in common
    [("follow_requests", 3), ("fetch_followers", 5), ("fetch_following", 5)],
)
def test_the_number_of_queries_does_not_grow(
    twittner: Phone, alice: Account, bob: Account, crowd: list[Account], endpoint: str, most: int
) -> None:
    people.change(alice.pk, locked=True)
    for account in crowd:
        graph.follow(account.pk, alice.pk, Actor(account.pk, "test"))
        graph.follow(bob.pk, account.pk, Actor(bob.pk, "test"))
        if endpoint != "follow_requests":
            graph.accept(alice.pk, account.pk, Actor(alice.pk, "test"))
    viewer, owner = (alice, bob) if endpoint == "fetch_following" else (bob, alice)
    phone = twittner(owner if endpoint == "follow_requests" else viewer)

    for size in (1, 20):
        Account.objects.update(version=F("version") + 1)
        for rendered_before in (False, True):
            with CaptureQueriesContext(connection) as queries:
                answer = phone.get(endpoint, user_id=owner.pk, page_size=size)
            assert len(answer["data"]) == size
            assert len(queries) == most - rendered_before
