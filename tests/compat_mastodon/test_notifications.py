"""Being told of followers and of requests, one by one (mastodon.md §3.6, §4.5)."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests.factories import AccountFactory

LIST = "/api/v1/notifications"


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def follow(*followers: Account, target: Account) -> None:
    for follower in followers:
        graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["account"]["username"] for item in answer.json()]


def links(answer: Any) -> dict[str, dict[str, str]]:
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {rel: dict(parse_qsl(urlsplit(url).query)) for url, rel in found}


def test_a_new_follower_is_told(mastodon: Any, alice: Account, bob: Account) -> None:
    follow(alice, target=bob)
    (told,) = mastodon(bob).get(LIST).json()

    assert list(told) == ["id", "type", "created_at", "group_key", "account"]
    assert (told["type"], told["account"]["id"]) == ("follow", str(alice.pk))
    assert told["id"].isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["created_at"])
    assert re.fullmatch(r"follow-\d+", told["group_key"])


def test_a_request_is_told_to_the_locked_account_alone(mastodon: Any, alice: Account, carol: Account) -> None:
    follow(alice, target=carol)
    (told,) = mastodon(carol).get(LIST).json()

    assert (told["type"], told["group_key"]) == ("follow_request", f"ungrouped-{told['id']}")
    assert mastodon(alice).get(LIST).json() == []


def test_who_accepts_is_told_of_a_follower_and_the_requester_of_nothing(
    mastodon: Any, alice: Account, carol: Account
) -> None:
    follow(alice, target=carol)
    graph.accept(carol.pk, alice.pk, by(carol))

    assert [item["type"] for item in mastodon(carol).get(LIST).json()] == ["follow"]
    assert mastodon(alice).get(LIST).json() == []


def test_a_withdrawn_request_is_told_no_longer(mastodon: Any, alice: Account, carol: Account) -> None:
    follow(alice, target=carol)
    graph.unfollow(alice.pk, carol.pk, by(alice))
    assert mastodon(carol).get(LIST).json() == []

    follow(alice, target=carol)
    assert len(mastodon(carol).get(LIST).json()) == 1


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("", ["follow_request", "follow"]),
        ("types[]=follow", ["follow"]),
        ("types[]=follow_request&types[]=mention", ["follow_request"]),
        ("types[]=nonsense", []),
        ("exclude_types[]=follow", ["follow_request"]),
        ("exclude_types[]=nonsense", ["follow_request", "follow"]),
        ("types[]=follow&exclude_types[]=follow", []),
        ("account_id=nonsense", []),
        ("account_id=2147483647", []),
    ],
)
def test_types_are_chosen(
    mastodon: Any, alice: Account, bob: Account, carol: Account, query: str, types: list[str]
) -> None:
    follow(alice, target=carol)
    graph.accept(carol.pk, alice.pk, by(carol))
    follow(bob, target=carol)

    assert [item["type"] for item in mastodon(carol).get(f"{LIST}?{query}").json()] == types


def test_those_about_one_account_are_chosen(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> None:
    follow(alice, mallory, target=bob)

    assert names(mastodon(bob).get(f"{LIST}?account_id={alice.pk}")) == ["alice"]


def test_suspended_accounts_are_hidden(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> None:
    follow(alice, mallory, target=bob)
    client = mastodon(bob)
    notice = client.get(LIST).json()[0]["id"]
    people.suspend(mallory.pk)

    assert names(client.get(LIST)) == ["alice"]
    assert client.get(f"{LIST}/{notice}").status_code == 404
    assert client.get(f"{LIST}/unread_count").json() == {"count": 1}


def test_pages_go_down_by_max_id_and_up_by_min_id(mastodon: Any, bob: Account) -> None:
    followers = [AccountFactory(username=f"f{n}") for n in range(5)]
    follow(*followers, target=bob)
    client = mastodon(bob)
    first = client.get(f"{LIST}?limit=2")
    second = client.get(LIST, links(first)["next"])

    assert (names(first), names(second)) == (["f4", "f3"], ["f2", "f1"])
    assert names(client.get(LIST, links(second)["prev"])) == ["f4", "f3"]
    lowest = client.get(LIST, links(second)["next"])
    assert names(client.get(LIST, links(lowest)["prev"])) == ["f2", "f1"]
    end = client.get(LIST, links(lowest)["next"])
    assert (end.json(), "Link" in end.headers) == ([], False)
    newest = links(first)["prev"]["min_id"]
    assert names(client.get(f"{LIST}?since_id={links(second)['prev']['min_id']}")) == ["f4", "f3"]
    assert names(client.get(f"{LIST}?min_id={newest}")) == []


def test_links_keep_what_was_asked_for_in_alphabetical_order(mastodon: Any, alice: Account, bob: Account) -> None:
    follow(alice, target=bob)
    client = mastodon(bob)
    (notice,) = (item["id"] for item in client.get(LIST).json())
    answer = client.get(f"{LIST}?types[]=follow&limit=500&exclude_types[]=mention&max_id=2147483647&since_id=0&x=1")

    base, kept = f"<http://testserver{LIST}?exclude_types%5B%5D=mention&limit=500", "&types%5B%5D=follow>"
    assert answer.headers["Link"] == (
        f'{base}&max_id={notice}{kept}; rel="next", {base}&min_id={notice}{kept}; rel="prev"'
    )


def test_one_is_read_and_dismissed_once(mastodon: Any, alice: Account, carol: Account, mallory: Account) -> None:
    follow(alice, target=carol)
    client = mastodon(carol)
    (told,) = client.get(LIST).json()

    assert client.get(f"{LIST}/{told['id']}").json() == told
    assert mastodon(mallory).get(f"{LIST}/{told['id']}").json() == {"error": "Record not found"}
    assert mastodon(mallory).post(f"{LIST}/{told['id']}/dismiss").status_code == 404
    dismissed = client.post(f"{LIST}/{told['id']}/dismiss")
    assert (dismissed.status_code, dismissed.json()) == (200, {})
    assert client.post(f"{LIST}/{told['id']}/dismiss").status_code == 404
    assert len(client.get("/api/v1/follow_requests").json()) == 1


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_clearing_leaves_requests_pending(
    mastodon: Any, alice: Account, bob: Account, carol: Account, version: str
) -> None:
    follow(alice, bob, target=carol)
    client = mastodon(carol)

    assert client.post(f"/api/{version}/notifications/clear").json() == {}
    assert client.get(LIST).json() == []
    assert len(client.get("/api/v1/follow_requests").json()) == 2


def test_what_is_newer_than_the_marker_is_unread(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> None:
    follow(alice, mallory, target=bob)
    client = mastodon(bob)
    newest, oldest = (item["id"] for item in client.get(LIST).json())

    def unread(query: str = "") -> int:
        return client.get(f"{LIST}/unread_count{query}").json()["count"]

    assert unread() == 2
    assert (unread("?limit=1"), unread("?types[]=follow_request")) == (1, 0)
    client.post("/api/v1/markers", {"notifications": {"last_read_id": oldest}})
    assert unread() == 1
    client.post("/api/v1/markers", {"notifications": {"last_read_id": newest}})
    assert unread() == 0


@pytest.mark.parametrize("path", [LIST, "/api/v2/notifications", "/api/v1/notifications/requests"])
def test_a_list_costs_the_same_however_long_it_is(mastodon: Any, bob: Account, path: str) -> None:
    client = mastodon(bob)

    def cost() -> int:
        client.get(path)  # what is rendered once is kept
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    counts = []
    for _ in range(2):
        follow(*(AccountFactory() for _ in range(4)), target=bob)
        counts.append(cost())

    assert counts == [2, 2]
