"""How I and some accounts stand to each other (mastodon.md §3.2, §4.4)."""

import json
from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests.compat_mastodon.conftest import Clients

PATH = "/api/v1/accounts/relationships"


def by_id(response: Any) -> dict[int, Any]:
    assert response.status_code == 200
    return {int(ties["id"]): ties for ties in response.json()}


@pytest.mark.parametrize(
    "query", ["id={0}&id={1}", "id[]={0}&id[]={1}", "id%5B%5D={0}&id%5B%5D={1}", "id[]={1}&id[]={0}&id[]={1}"]
)
def test_ids_come_in_many_ways(mastodon: Clients, alice: Account, bob: Account, carol: Account, query: str) -> None:
    found = by_id(mastodon(alice).get(f"{PATH}?{query.format(bob.pk, carol.pk)}"))

    assert found.keys() == ({bob.pk, carol.pk} if "[" in query or "%5B" in query else {carol.pk})


def test_a_lone_id_is_enough(mastodon: Clients, alice: Account, bob: Account) -> None:
    assert by_id(mastodon(alice).get(PATH, {"id": bob.pk})).keys() == {bob.pk}


@pytest.mark.parametrize("query", ["", "?id=", "?id[]=", "?id[]=0&id[]=-5&id[]=foo&id[]=99999999999999999999"])
def test_nobody_is_an_empty_list(mastodon: Clients, alice: Account, query: str) -> None:
    assert by_id(mastodon(alice).get(PATH + query)) == {}


def test_unknown_and_doubled_ids_fall_out(mastodon: Clients, alice: Account, bob: Account) -> None:
    response = mastodon(alice).get(f"{PATH}?id[]={bob.pk}&id[]={bob.pk}&id[]=4711&id[]=foo")

    assert len(response.json()) == 1


@pytest.mark.parametrize(
    "odd",
    [
        *("", "0", "-{0}", "+{0}", "%2B{0}", "{0},{0}", "{0}]", "[{0}]", "{0}.0", "{0}e0", "{0:012}", "true", "null"),
        *("%D9%A1", "2147483648", "4294967297", "18446744073709551616", "9" * 400),
    ],
)
def test_what_is_no_id_names_nobody_beside_one(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, odd: str
) -> None:
    response = mastodon(alice).get(f"{PATH}?id[]={bob.pk}&id[]={odd.format(carol.pk)}")

    assert by_id(response).keys() == {bob.pk}


def test_an_id_may_begin_with_zeros(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    response = mastodon(alice).get(f"{PATH}?id[]={bob.pk}&id[]={carol.pk:011}")

    assert by_id(response).keys() == {bob.pk, carol.pk}


def test_a_body_may_have_ids_as_numbers(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    body = {"id": [bob.pk, float(carol.pk), str(carol.pk), 1.5, True]}
    response = mastodon(alice).generic("GET", PATH, json.dumps(body), "application/json")

    assert by_id(response).keys() == {bob.pk, carol.pk}


def test_suspended_accounts_are_there_when_asked_for(mastodon: Clients, alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)
    client = mastodon(alice)

    assert by_id(client.get(PATH, {"id": bob.pk})) == {}
    assert by_id(client.get(PATH, {"id": bob.pk, "with_suspended": "true"})).keys() == {bob.pk}
    assert by_id(client.get(PATH, {"id": bob.pk, "with_suspended": "false"})) == {}


def test_i_am_nothing_to_myself(mastodon: Clients, alice: Account) -> None:
    ties = by_id(mastodon(alice).get(PATH, {"id": alice.pk}))[alice.pk]

    assert not any(value for key, value in ties.items() if key != "id")


def test_each_on_a_page_has_its_own(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    client = mastodon(alice)
    client.post(f"/api/v1/accounts/{bob.pk}/follow", {"languages": ["de", "fr"]})
    client.post(f"/api/v1/accounts/{carol.pk}/mute", {"duration": 3600})
    client.post(f"/api/v1/accounts/{carol.pk}/note", {"comment": 'says "hello" },{'})

    found = by_id(client.get(f"{PATH}?id[]={carol.pk}&id[]={alice.pk}&id[]={bob.pk}"))

    kept = ("following", "muting", "languages", "note")
    assert {account: tuple(ties[key] for key in kept) for account, ties in found.items()} == {
        alice.pk: (False, False, None, ""),
        bob.pk: (True, False, ["de", "fr"], ""),
        carol.pk: (False, True, None, 'says "hello" },{'),
    }
    assert [bool(found[account.pk]["muting_expires_at"]) for account in (alice, bob, carol)] == [False, False, True]


def test_both_ends_of_a_request(mastodon: Clients, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    mine = by_id(mastodon(alice).get(PATH, {"id": carol.pk}))[carol.pk]
    theirs = by_id(mastodon(carol).get(PATH, {"id": alice.pk}))[alice.pk]
    assert (mine["requested"], mine["requested_by"], mine["showing_reblogs"]) == (True, False, True)
    assert (theirs["requested"], theirs["requested_by"], theirs["showing_reblogs"]) == (False, True, False)


def test_both_ends_of_a_follow(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    mine = by_id(mastodon(alice).get(PATH, {"id": bob.pk}))[bob.pk]
    theirs = by_id(mastodon(bob).get(PATH, {"id": alice.pk}))[alice.pk]
    assert (mine["following"], mine["followed_by"]) == (True, False)
    assert (theirs["following"], theirs["followed_by"]) == (False, True)


def test_both_ends_of_a_block(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.block(alice.pk, bob.pk, Actor(alice.pk, "test"))

    mine = by_id(mastodon(alice).get(PATH, {"id": bob.pk}))[bob.pk]
    theirs = by_id(mastodon(bob).get(PATH, {"id": alice.pk}))[alice.pk]
    assert (mine["blocking"], mine["blocked_by"]) == (True, False)
    assert (theirs["blocking"], theirs["blocked_by"]) == (False, True)
