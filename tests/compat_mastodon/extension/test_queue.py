"""The owner's queue: its facts, filters, sorts, pages and what is wrong to send."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.models import Account
from compat_mastodon import entities
from follows import graph
from follows.gate import kept_out, settings
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by, walk, wrong
from tests.factories import AccountFactory

QUEUE = f"{V1}/requests"


def names(client: Any, query: str = "") -> list[str]:
    return [item["account"]["username"] for item in walk(client, f"{QUEUE}?{query}")]


def test_a_request_comes_with_all_its_facts(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    for friend in (bob, mallory):
        graph.follow(carol.pk, friend.pk, by(carol))
        graph.follow(friend.pk, alice.pk, by(friend))
    ask(carol, alice)
    graph.reject(carol.pk, alice.pk, by(carol))
    ask(carol, alice, note="From the choir")
    response = mastodon(carol).get(QUEUE)
    (found,) = response.json()

    assert response.headers["X-Total-Count"] == "1"
    assert "Link" not in response.headers
    keys = ["id", "account", "relationship", "asked_at", "reason", "note", "friends_in_common", "came_while_paused"]
    assert list(found) == [*keys, "seen", "decided_before"]
    assert found["account"] == mastodon(carol).get(f"/api/v1/accounts/{alice.pk}").json()
    assert found["relationship"]["requested_by"] is True
    assert (found["reason"], found["note"], found["friends_in_common"]) == ("locked", "From the choir", 2)
    assert (found["came_while_paused"], found["seen"]) == (False, False)
    assert found["decided_before"] == {"accepted": 0, "rejected": 1, "removed": 0, "expired": 0}
    assert mastodon(carol).get(f"{QUEUE}/{found['id']}").json() == found


def test_it_is_sorted_by_age_and_by_friends(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    graph.follow(carol.pk, mallory.pk, by(carol))
    graph.follow(mallory.pk, alice.pk, by(mallory))
    ask(carol, alice, bob, mallory)
    client = mastodon(carol)

    assert names(client) == names(client, "sort=newest") == ["mallory", "bob", "alice"]
    assert names(client, "sort=oldest") == ["alice", "bob", "mallory"]
    assert names(client, "sort=friends") == ["alice", "mallory", "bob"]


def test_filters_leave_requests_out_of_the_list_and_the_count(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    ask(carol, alice)
    settings.change(carol.pk, by(carol), paused=True)
    ask(carol, bob)
    settings.change(carol.pk, by(carol), paused=False)
    ask(carol, mallory)
    graph.follow(carol.pk, bob.pk, by(carol))
    graph.follow(bob.pk, mallory.pk, by(bob))
    people.change(mallory.pk, note="Sings in the Äbte choir")
    client = mastodon(carol)
    expected = {
        "followed=true": ["bob"],
        "followed=0": ["mallory", "alice"],
        "min_friends=1": ["mallory"],
        "min_friends=1&sort=oldest": ["mallory"],
        "q=abte%20choir": ["mallory"],
        "q=@alice": ["alice"],
        "q=nobody": [],
        "q=": ["mallory", "bob", "alice"],
        "older_than_days=0": ["mallory", "bob", "alice"],
        "reason[]=locked&reason[]=bot": ["mallory", "bob", "alice"],
        "reason[]=paused": [],
    }
    for query, wanted in expected.items():
        assert names(client, query) == wanted, query
        assert client.get(f"{QUEUE}?{query}").headers["X-Total-Count"] == str(len(wanted)), query


def test_old_requests_are_found(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    with time_machine.travel("2026-11-01T12:00:00Z"):
        ask(carol, alice)
    with time_machine.travel("2026-11-20T12:00:00Z"):
        ask(carol, bob)
        assert names(mastodon(carol), "older_than_days=5") == ["alice"]


def test_an_open_account_is_told_why_somebody_had_to_ask(mastodon: Clients, alice: Account, bob: Account) -> None:
    settings.change(bob.pk, by(bob), ask_bots=True)
    people.change(alice.pk, bot=True)
    ask(bob, alice)
    (found,) = mastodon(bob).get(f"{QUEUE}?reason=bot").json()

    assert found["reason"] == "bot"
    assert names(mastodon(bob), "reason[]=locked") == []


def test_what_came_while_paused_says_so(mastodon: Clients, alice: Account, bob: Account) -> None:
    settings.change(bob.pk, by(bob), paused=True)
    ask(bob, alice)
    (found,) = mastodon(bob).get(QUEUE).json()

    assert (found["reason"], found["came_while_paused"]) == ("paused", True)


def test_requests_are_marked_as_seen(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    client = mastodon(carol)
    newest = client.get(QUEUE).json()[0]["id"]
    foreign = mastodon(bob).post(f"{QUEUE}/seen", {"requests": [newest]})

    assert foreign.json() == {}
    assert names(client, "seen=true") == []
    assert client.post(f"{QUEUE}/seen", {"requests": [newest, "2147483647"]}).json() == {}
    assert names(client, "seen=true") == ["bob"]
    assert names(client, "seen=false") == ["alice"]


def test_who_is_kept_out_or_suspended_is_not_in_it(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    ask(carol, alice, bob)
    people.suspend(bob.pk)
    response = mastodon(carol).get(QUEUE)

    assert (response.json(), response.headers["X-Total-Count"]) == ([], "0")


def test_requests_of_others_and_answered_ones_are_not_found(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    ask(carol, alice)
    (found,) = mastodon(carol).get(QUEUE).json()

    assert refusal(mastodon(bob).get(f"{QUEUE}/{found['id']}"))[0] == 404
    graph.accept(carol.pk, alice.pk, by(carol))
    assert refusal(mastodon(carol).get(f"{QUEUE}/{found['id']}"))[0] == 404
    assert refusal(mastodon(carol).get(f"{QUEUE}/nonsense"))[0] == 404


@pytest.mark.parametrize("sort", ["newest", "oldest", "friends"])
@pytest.mark.parametrize("query", ["", "&min_friends=0", "&followed=false", "&q=person"])
def test_pages_lead_to_the_end_while_the_queue_changes(
    mastodon: Clients, carol: Account, sort: str, query: str
) -> None:
    asking = [AccountFactory().pk for _ in range(9)]
    graph.follow(carol.pk, asking[0], by(carol))
    for account in asking[1:4]:
        graph.follow(asking[0], account, by(asking[0]))
    if "followed" in query:
        asking = asking[1:]
    ask(carol, *asking)
    client, seen = mastodon(carol), [0]

    def between() -> None:
        """Somebody new asks, and somebody is answered that was shown."""
        newcomer = AccountFactory(username=f"late_{seen[0]}").pk
        ask(carol, newcomer)
        graph.reject(carol.pk, newcomer, by(carol))
        seen[0] += 1

    found = [int(item["account"]["id"]) for item in walk(client, f"{QUEUE}?limit=2&sort={sort}{query}", between)]

    assert sorted(found) == sorted(asking)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=best", "sort"),
        ("reason[]=locked&reason[]=magic", "reason"),
        ("followed=perhaps", "followed"),
        ("min_friends=-1", "min_friends"),
        ("min_friends=many", "min_friends"),
        ("older_than_days=1.5", "older_than_days"),
        ("seen=2", "seen"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor[]=1", "cursor"),
        ("q[]=a", "q"),
        ("q=%00", "q"),
    ],
)
def test_a_wrong_value_is_named(mastodon: Clients, carol: Account, query: str, field: str) -> None:
    assert wrong(mastodon(carol).get(f"{QUEUE}?{query}")) == {field}


def test_a_cursor_belongs_to_its_sort(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    client = mastodon(carol)
    cursor = client.get(f"{QUEUE}?limit=1").headers["Link"].partition("cursor=")[2].partition(">")[0]

    assert wrong(client.get(f"{QUEUE}?limit=1&sort=friends&cursor={cursor}")) == {"cursor"}


def test_all_that_is_wrong_is_told_at_once(mastodon: Clients, carol: Account) -> None:
    assert wrong(mastodon(carol).get(f"{QUEUE}?sort=best&seen=maybe")) == {"sort", "seen"}


def test_scopes_and_tokens_are_the_doors(mastodon: Clients, carol: Account) -> None:
    for scope in ("read:follows", "follow", "read"):
        assert mastodon(carol, scope).get(QUEUE).status_code == 200
    assert refusal(mastodon(carol, "write").get(QUEUE))[0] == 403
    assert refusal(mastodon().get(QUEUE))[0] == 401
    assert mastodon(carol, "read").post(f"{QUEUE}/seen", {"requests": ["1"]}).status_code == 403


@pytest.mark.parametrize("query", ["", "sort=friends", "sort=oldest&q=person", "min_friends=0&seen=false"])
def test_a_page_costs_the_same_number_of_queries(mastodon: Clients, carol: Account, query: str) -> None:
    client, counts = mastodon(carol), []
    for size in (3, 20):
        ask(carol, *(AccountFactory().pk for _ in range(size)))
        entities.ACCOUNTS.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{QUEUE}?{query}&limit=80").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
