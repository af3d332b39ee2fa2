"""Finding people: by ids, search, directory, suggestions, friends in common (mastodon.md §3.2, §3.4)."""

from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, marks
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory


def followed(follower: Account, *targets: Account) -> None:
    for target in targets:
        graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


@pytest.fixture
def everybody_wants_to_be_found(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    for account in (alice, bob, carol, mallory):
        people.change(account.pk, discoverable=True)


# --- by ids -----------------------------------------------------------------------------------------


def test_accounts_by_their_ids(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    people.suspend(bob.pk)
    query = f"id[]={carol.pk}&id[]={alice.pk}&id[]={alice.pk}&id[]=4711&id[]=foo&id[]={bob.pk}"

    found = mastodon().get(f"/api/v1/accounts?{query}").json()
    assert sorted(account["username"] for account in found) == ["alice", "bob", "carol"]
    assert mastodon().get("/api/v1/accounts").json() == []


def test_forty_ids_at_most(mastodon: Clients, alice: Account) -> None:
    query = "&".join(f"id[]={number}" for number in range(1, 42))

    assert refusal(mastodon().get(f"/api/v1/accounts?{query}")) == (422, "Mastodon::ValidationError")


# --- search -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["ali", "ALICE", "@alice", "adams", "alice@testserver"])
def test_search_finds_handles_and_names(mastodon: Clients, alice: Account, bob: Account, q: str) -> None:
    assert ids(mastodon(bob).get("/api/v1/accounts/search", {"q": q})) == [alice.pk]


def test_the_exact_handle_comes_first(mastodon: Clients, alice: Account, bob: Account) -> None:
    newer = [AccountFactory(username=name) for name in ("alice2", "alice3")]
    remote = Account.objects.create(username="alice", domain="other.example")
    client = mastodon(bob)

    found = ids(client.get("/api/v1/accounts/search", {"q": "alice"}))
    assert found[:2] == [alice.pk, remote.pk]
    assert set(found[2:]) == {account.pk for account in newer}
    assert ids(client.get("/api/v1/accounts/search", {"q": "alice@other.example"}))[0] == remote.pk
    assert ids(client.get("/api/v1/accounts/search", {"q": "alice", "limit": 2, "offset": 2})) == found[2:]


@pytest.mark.parametrize("query", [{"q": ""}, {"q": "  "}, {}, {"q": "alice", "limit": "0"}, {"q": "@"}])
def test_nothing_sought_nothing_found(mastodon: Clients, alice: Account, query: dict[str, str]) -> None:
    assert ids(mastodon(alice).get("/api/v1/accounts/search", query)) == []


def test_search_among_whom_i_follow(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    AccountFactory(username="bobby")
    followed(alice, bob, carol)

    assert ids(mastodon(alice).get("/api/v1/accounts/search", {"q": "bob", "following": "true"})) == [bob.pk]
    assert ids(mastodon(alice).get("/api/v1/accounts/search", {"q": "carol", "following": "1"})) == []


def test_the_suspended_are_not_found(mastodon: Clients, alice: Account, bob: Account) -> None:
    people.suspend(alice.pk)

    assert ids(mastodon(bob).get("/api/v1/accounts/search", {"q": "alice"})) == []


def test_search_for_everything_knows_accounts_alone(mastodon: Clients, alice: Account) -> None:
    found = mastodon().get("/api/v2/search", {"q": "alice"}).json()

    assert list(found) == ["accounts", "statuses", "hashtags", "collections"]
    assert [account["username"] for account in found["accounts"]] == ["alice"]
    assert (found["statuses"], found["hashtags"], found["collections"]) == ([], [], [])
    assert mastodon().get("/api/v2/search", {"q": "alice", "type": "statuses"}).json()["accounts"] == []
    assert len(mastodon().get("/api/v2/search", {"q": "alice", "type": "accounts"}).json()["accounts"]) == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://testserver/@alice", "alice"),
        (" http://testserver/users/Alice/", "alice"),
        ("https://far.example/@rose", "rose"),
        ("https://far.example/users/rose", "rose"),
        ("http://testserver/@rose@far.example", "rose"),
    ],
)
def test_a_pasted_address_leads_to_whose_profile_it_is(
    mastodon: Clients, alice: Account, bob: Account, address: str, name: str
) -> None:
    Account.objects.create(username="rose", domain="far.example")
    found = mastodon(bob).get("/api/v2/search", {"q": address, "resolve": "true", "limit": 1}).json()

    assert [account["username"] for account in found["accounts"]] == [name]


def test_what_search_for_everything_refuses(mastodon: Clients, alice: Account) -> None:
    mine = mastodon(alice)
    missing = (400, "param is missing or the value is empty or invalid: q")
    negative = (400, "Pagination values for `offset` and `limit` must be positive")
    assert refusal(mine.get("/api/v2/search")) == refusal(mine.get("/api/v2/search", {"q": " "})) == missing
    assert refusal(mine.get("/api/v2/search", {"q": "x", "limit": -1})) == negative
    assert refusal(mine.get("/api/v2/search", {"q": "x", "offset": -1})) == negative
    assert refusal(mastodon().get("/api/v2/search", {"q": "x", "offset": 1})) == (
        401,
        "Search queries pagination is not supported without authentication",
    )
    assert refusal(mastodon().get("/api/v2/search", {"q": "x", "resolve": "true"})) == (
        401,
        "Search queries that resolve remote resources are not supported without authentication",
    )


# --- directory --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("everybody_wants_to_be_found")
def test_the_directory_lists_who_wants_to_be_found(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    remote = Account.objects.create(username="dora", domain="other.example", discoverable=True)
    people.change(carol.pk, discoverable=False)
    people.suspend(mallory.pk)
    path = "/api/v1/directory"

    assert ids(mastodon().get(path, {"order": "new"})) == [remote.pk, bob.pk, alice.pk]
    assert ids(mastodon().get(path, {"order": "new", "local": "true"})) == [bob.pk, alice.pk]
    assert ids(mastodon().get(path, {"order": "new", "limit": 1, "offset": 1})) == [bob.pk]
    Account.objects.filter(pk=alice.pk).update(last_active_at="2100-01-01T00:00:00Z")
    assert ids(mastodon().get(path))[0] == alice.pk


@pytest.mark.usefixtures("everybody_wants_to_be_found")
def test_the_directory_leaves_out_whom_i_want_nothing_of(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    graph.block(bob.pk, alice.pk, Actor(bob.pk, "test"))
    marks.mute(alice.pk, carol.pk)

    assert ids(mastodon(alice).get("/api/v1/directory", {"order": "new"})) == [mallory.pk, alice.pk]


# --- suggestions ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("everybody_wants_to_be_found")
def test_friends_of_friends_are_suggested_the_most_common_first(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    other, friend = (AccountFactory() for _ in range(2))
    people.change(other.pk, discoverable=True)
    followed(alice, bob, friend)
    followed(bob, other, mallory, alice, friend)
    followed(friend, mallory)
    client = mastodon(alice)

    assert ids(client.get("/api/v1/suggestions")) == [mallory.pk, other.pk]
    assert client.get("/api/v1/suggestions").headers["Deprecation"] == "@1621123200"
    first = client.get("/api/v2/suggestions", {"limit": 1}).json()
    account = client.get(f"/api/v1/accounts/{mallory.pk}").json()
    assert first == [{"source": "past_interactions", "sources": ["friends_of_friends"], "account": account}]


def not_wanted(how: str, alice: Account, bob: Account, mallory: Account) -> None:
    by = Actor(alice.pk, "test")
    match how:
        case "follows":
            followed(alice, mallory)
        case "asked":
            people.change(mallory.pk, locked=True)
            followed(alice, mallory)
        case "blocks":
            graph.block(alice.pk, mallory.pk, by)
        case "is blocked":
            graph.block(mallory.pk, alice.pk, by)
        case "mutes":
            marks.mute(alice.pk, mallory.pk)
        case "suspended":
            people.suspend(mallory.pk)
        case "hides":
            people.change(mallory.pk, discoverable=None)
        case "a friend hides":
            people.change(bob.pk, hide_collections=True)


@pytest.mark.usefixtures("everybody_wants_to_be_found")
@pytest.mark.parametrize(
    "how", ["follows", "asked", "blocks", "is blocked", "mutes", "suspended", "hides", "a friend hides"]
)
def test_who_is_not_suggested(mastodon: Clients, alice: Account, bob: Account, mallory: Account, how: str) -> None:
    followed(alice, bob)
    followed(bob, mallory)
    client = mastodon(alice)
    assert ids(client.get("/api/v1/suggestions")) == [mallory.pk]

    not_wanted(how, alice, bob, mallory)
    assert ids(client.get("/api/v1/suggestions")) == []


@pytest.mark.usefixtures("everybody_wants_to_be_found")
def test_a_suggestion_is_dismissed_for_good(mastodon: Clients, alice: Account, bob: Account, mallory: Account) -> None:
    followed(alice, bob)
    followed(bob, mallory)
    client = mastodon(alice)

    for account in (mallory.pk, mallory.pk, 4711, "foo"):
        assert client.delete(f"/api/v1/suggestions/{account}").json() == {}
    assert ids(client.get("/api/v1/suggestions")) == []


# --- friends in common ------------------------------------------------------------------------------


def familiar(response: Any) -> dict[int, list[int]]:
    assert response.status_code == 200
    return {int(entry["id"]): [int(account["id"]) for account in entry["accounts"]] for entry in response.json()}


def test_familiar_followers_are_those_i_follow(
    mastodon: Clients, alice: Account, bob: Account, mallory: Account
) -> None:
    star, stranger, discreet = (AccountFactory() for _ in range(3))
    followed(alice, bob, mallory, discreet)
    for fan in (bob, mallory, stranger, discreet):
        followed(fan, star)
    people.change(discreet.pk, hide_collections=True)
    path = "/api/v1/accounts/familiar_followers"

    found = familiar(mastodon(alice).get(f"{path}?id[]={star.pk}&id[]={bob.pk}&id[]={star.pk}&id[]=4711"))
    assert found == {star.pk: [mallory.pk, bob.pk], bob.pk: []}
    assert familiar(mastodon(alice).get(f"{path}?id={star.pk}")) == {star.pk: [mallory.pk, bob.pk]}
    people.change(star.pk, hide_collections=True)
    assert familiar(mastodon(alice).get(f"{path}?id={star.pk}")) == {star.pk: []}
    assert familiar(mastodon(alice).get(path)) == {}
