"""My lists of people whom I follow (mastodon.md §3.4)."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import List, ListMember
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory

PATH = "/api/v1/lists"
NOT_FOUND = (404, "Record not found")


def made(client: Any, title: str = "Friends", **values: Any) -> str:
    response = client.post(PATH, {"title": title} | values)
    assert response.status_code == 200
    return str(response.json()["id"])


def test_a_list_is_made_changed_and_deleted(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    pk = made(client)
    entity = {"id": pk, "title": "Friends", "replies_policy": "list", "exclusive": False}
    assert client.get(f"{PATH}/{pk}").json() == entity
    assert client.get(PATH).json() == [entity]

    changed = client.put(f"{PATH}/{pk}", {"title": " Family ", "exclusive": "true", "replies_policy": "none"})
    assert changed.json() == entity | {"title": "Family", "exclusive": True, "replies_policy": "none"}
    assert client.put(f"{PATH}/{pk}", {}).json() == changed.json()
    assert client.delete(f"{PATH}/{pk}").json() == {}
    assert refusal(client.get(f"{PATH}/{pk}")) == NOT_FOUND


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Title can't be blank"),
        ({"title": " "}, "Title can't be blank"),
        ({"title": "x" * 257}, "Title is too long (maximum is 256 characters)"),
        ({"title": "x", "replies_policy": "all"}, "Replies policy is invalid"),
    ],
)
def test_a_list_that_cannot_be(mastodon: Clients, alice: Account, values: dict[str, str], text: str) -> None:
    assert refusal(mastodon(alice).post(PATH, values)) == (422, f"Validation failed: {text}")


def test_at_most_fifty_lists(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    for _ in range(50):
        made(client)

    assert refusal(client.post(PATH, {"title": "x"}))[0] == 422
    assert len(client.get(PATH).json()) == 50


def test_nobody_touches_the_lists_of_others(mastodon: Clients, alice: Account, bob: Account) -> None:
    pk, client = made(mastodon(alice)), mastodon(bob)
    for response in (
        client.get(f"{PATH}/{pk}"),
        client.put(f"{PATH}/{pk}", {"title": "x"}),
        client.delete(f"{PATH}/{pk}"),
        client.get(f"{PATH}/{pk}/accounts"),
        client.post(f"{PATH}/{pk}/accounts", {"account_ids": [bob.pk]}),
        client.delete(f"{PATH}/{pk}/accounts", {"account_ids": [bob.pk]}),
        client.get(f"{PATH}/foo"),
    ):
        assert refusal(response) == NOT_FOUND
    assert List.objects.get().title == "Friends"


def test_who_is_followed_or_asked_can_be_listed(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    client = mastodon(alice)
    pk = made(client)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    members = sorted([alice.pk, bob.pk, carol.pk], reverse=True)

    assert client.post(f"{PATH}/{pk}/accounts", {"account_ids": [str(member) for member in members]}).json() == {}
    assert ids(client.get(f"{PATH}/{pk}/accounts")) == members
    for member in members:
        assert [found["id"] for found in client.get(f"/api/v1/accounts/{member}/lists").json()] == [pk]
    assert mastodon(bob).get(f"/api/v1/accounts/{bob.pk}/lists").json() == []


def test_all_are_listed_or_none(mastodon: Clients, alice: Account, bob: Account, mallory: Account) -> None:
    client = mastodon(alice)
    pk = made(client)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    add = f"{PATH}/{pk}/accounts"

    assert refusal(client.post(add, {"account_ids": [bob.pk, mallory.pk]}))[0] == 422
    assert refusal(client.post(add, {"account_ids": [bob.pk, 4711]})) == NOT_FOUND
    assert refusal(client.post(add, {"account_ids": [bob.pk, "foo"]})) == NOT_FOUND
    assert ids(client.get(add)) == []
    assert client.post(add, f"account_ids[]={bob.pk}", content_type="application/x-www-form-urlencoded").json() == {}
    assert refusal(client.post(add, {"account_ids": [bob.pk]}))[0] == 422


def test_ids_are_numbers_however_json_spells_them(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    members = f"{PATH}/{made(client)}/accounts"

    assert client.post(members, f'{{"account_ids": [{bob.pk}.0]}}', content_type="application/json").json() == {}
    assert ids(client.get(members)) == [bob.pk]


def test_taking_somebody_from_a_list(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    pk = made(client)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    client.post(f"{PATH}/{pk}/accounts", {"account_ids": [bob.pk]})

    for _ in range(2):
        assert client.delete(f"{PATH}/{pk}/accounts?account_ids[]={bob.pk}").json() == {}
    assert ids(client.get(f"{PATH}/{pk}/accounts")) == []


@pytest.mark.parametrize("ending", ["unfollow", "reject", "block"])
def test_a_member_leaves_with_the_follow_or_request(
    mastodon: Clients, alice: Account, carol: Account, ending: str
) -> None:
    client = mastodon(alice)
    pk = made(client)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    client.post(f"{PATH}/{pk}/accounts", {"account_ids": [carol.pk]})
    match ending:
        case "unfollow":
            graph.unfollow(alice.pk, carol.pk, Actor(alice.pk, "test"))
        case "reject":
            graph.reject(carol.pk, alice.pk, Actor(carol.pk, "test"))
        case _:
            graph.block(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert not ListMember.objects.exists()


def test_a_member_stays_when_the_request_is_accepted(mastodon: Clients, alice: Account, carol: Account) -> None:
    client = mastodon(alice)
    pk = made(client)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    client.post(f"{PATH}/{pk}/accounts", {"account_ids": [carol.pk]})
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert ids(client.get(f"{PATH}/{pk}/accounts")) == [carol.pk]


def test_members_page_by_account(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    pk = made(client)
    others = [AccountFactory().pk for _ in range(3)]
    for other in others:
        graph.follow(alice.pk, other, Actor(alice.pk, "test"))
    client.post(f"{PATH}/{pk}/accounts", {"account_ids": others})

    page = client.get(f"{PATH}/{pk}/accounts", {"limit": 2})
    assert ids(page) == [others[2], others[1]]
    base = f"http://testserver{PATH}/{pk}/accounts?limit=2"
    assert page.headers["Link"] == f'<{base}&max_id={others[1]}>; rel="next", <{base}&since_id={others[2]}>; rel="prev"'
    everybody = client.get(f"{PATH}/{pk}/accounts", {"limit": 0})
    assert ids(everybody) == others[::-1]
    assert "Link" not in everybody.headers
