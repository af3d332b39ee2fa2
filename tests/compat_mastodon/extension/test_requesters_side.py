"""Asking with a note, what I asked, taking it back, and whom follows me."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts import people
from accounts.models import Account
from follows import graph
from follows.gate import kept_out
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by, walk, wrong
from tests.factories import AccountFactory

SENT, FOLLOWERS = f"{V1}/sent", f"{V1}/followers"


def notes(client: Any) -> list[str]:
    return [one["note"] for one in client.get(f"{V1}/requests").json()]


def test_a_note_goes_with_a_request_to_its_owner_alone(
    mastodon: Clients, alice: Account, carol: Account, bob: Account
) -> None:
    answer = mastodon(alice).post(f"{V1}/accounts/{carol.pk}/ask", {"note": "  We sing\r\ntogether "})

    assert answer.json() == mastodon(alice).get(f"/api/v1/accounts/relationships?id[]={carol.pk}").json()[0]
    assert answer.json()["requested"] is True
    assert notes(mastodon(carol)) == ["We sing\ntogether"]
    mastodon(alice).post(f"{V1}/accounts/{carol.pk}/ask", {"note": "Again"})
    assert notes(mastodon(carol)) == ["Again"]
    mastodon(alice).post(f"{V1}/accounts/{carol.pk}/ask")
    assert notes(mastodon(carol)) == ["Again"]


def test_an_open_account_ignores_the_note(mastodon: Clients, alice: Account, bob: Account) -> None:
    assert mastodon(alice).post(f"{V1}/accounts/{bob.pk}/ask", {"note": "Hi"}).json()["following"] is True


def test_asking_is_refused_as_following(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.block(bob.pk, alice.pk, by(bob))
    client = mastodon(alice)

    assert client.post(f"{V1}/accounts/{bob.pk}/ask").status_code == 403
    assert client.post(f"{V1}/accounts/{alice.pk}/ask").status_code == 403
    assert client.post(f"{V1}/accounts/2000000000/ask").status_code == 404
    assert client.post(f"{V1}/accounts/x/ask").status_code == 404
    assert mastodon(alice, "read").post(f"{V1}/accounts/{bob.pk}/ask").status_code == 403


@pytest.mark.parametrize("note", ["x" * 501, ["x"], {"a": "b"}, True, "\0"])
def test_a_wrong_note_is_named(mastodon: Clients, alice: Account, carol: Account, note: Any) -> None:
    assert wrong(mastodon(alice).post(f"{V1}/accounts/{carol.pk}/ask", {"note": note})) == {"note"}
    assert mastodon(alice).get(SENT).json() == []


def test_what_i_asked_is_listed_also_where_i_am_kept_out(mastodon: Clients, alice: Account, carol: Account) -> None:
    locked = [AccountFactory(locked=True) for _ in range(3)]
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    for target in (*locked, carol):
        ask(target, alice, note="Hi")
    found = walk(mastodon(alice), f"{SENT}?limit=2")

    assert [one["account"]["id"] for one in found] == [str(target.pk) for target in (carol, *locked[::-1])]
    assert all(list(one) == ["id", "account", "asked_at", "note"] for one in found)
    assert {one["note"] for one in found} == {"Hi"}


def test_requests_are_taken_back_by_id_and_by_account(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    other = AccountFactory(locked=True)
    for target in (carol, other):
        ask(target, alice, bob)
    client = mastodon(alice)
    ids = {one["account"]["username"]: one["id"] for one in client.get(SENT).json()}
    foreign = mastodon(bob).get(SENT).json()[0]["id"]
    body = client.post(f"{SENT}/cancel", {"requests": [ids["carol"], foreign, ids["carol"]]}).json()

    assert body.keys() == {"batch", "results"}
    assert [(one["outcome"], one["account"]) for one in body["results"]] == [
        ("cancelled", str(carol.pk)),
        ("gone", None),
        ("gone", None),
    ]
    (found,) = client.post(f"{SENT}/cancel", {"accounts": [other.pk]}).json()["results"]
    assert (found["outcome"], found["request"], found["account"]) == ("cancelled", None, str(other.pk))
    assert client.get(SENT).json() == []
    assert len(mastodon(bob).get(SENT).json()) == 2


def test_old_requests_are_taken_back(mastodon: Clients, alice: Account, carol: Account) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        ask(carol, alice)
    ask(AccountFactory(locked=True), alice)
    client = mastodon(alice)

    assert [one["outcome"] for one in client.post(f"{SENT}/cancel", {"older_than_days": 30}).json()["results"]] == [
        "cancelled"
    ]
    assert len(client.post(f"{SENT}/cancel", {"older_than_days": 0}).json()["results"]) == 1
    assert client.get(SENT).json() == []


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"requests"}),
        ({"requests": []}, {"requests"}),
        ({"older_than_days": -1}, {"older_than_days"}),
        ({"older_than_days": "all"}, {"older_than_days"}),
        ({"requests": ["1"], "older_than_days": 3}, {"requests", "older_than_days"}),
        ({"accounts": [*range(1, 502)]}, {"accounts"}),
    ],
)
def test_what_is_wrong_with_taking_back_is_named(
    mastodon: Clients, alice: Account, sent: Any, fields: set[str]
) -> None:
    assert wrong(mastodon(alice).post(f"{SENT}/cancel", sent)) == fields


@pytest.fixture
def followed(alice: Account, bob: Account, mallory: Account) -> Account:
    """Mallory, whom alice (dormant, a bot), bob (mutual) and one who is limited follow."""
    limited = AccountFactory(username="limited")
    ask(mallory, alice, bob, limited)
    ask(bob, mallory)
    people.change(limited.pk, limited_at=timezone.now())
    people.change(alice.pk, bot=True, last_active_at=timezone.now() - timedelta(days=100))
    people.change(bob.pk, last_active_at=timezone.now() - timedelta(days=10))
    return mallory


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["limited", "bob", "alice"]),
        ("sort=oldest", ["alice", "bob", "limited"]),
        ("sort=dormant", ["alice", "bob", "limited"]),
        ("dormant_days=5", ["bob", "alice"]),
        ("dormant_days=5&sort=dormant", ["alice", "bob"]),
        ("mutual=true", ["bob"]),
        ("mutual=false", ["limited", "alice"]),
        ("bot=true", ["alice"]),
        ("bot=false", ["limited", "bob"]),
        ("limited=true", ["limited"]),
        ("limited=false", ["bob", "alice"]),
        ("q=brown", ["bob"]),
    ],
)
def test_followers_are_filtered_and_sorted(mastodon: Clients, followed: Account, query: str, names: list[str]) -> None:
    client = mastodon(followed)

    assert [one["account"]["username"] for one in client.get(f"{FOLLOWERS}?{query}").json()] == names
    assert [one["account"]["username"] for one in walk(client, f"{FOLLOWERS}?limit=1&{query}")] == names


def test_a_follower_has_a_day_of_activity_if_that_is_known(mastodon: Clients, followed: Account, eve: Account) -> None:
    ask(followed, eve)
    theirs = mastodon(followed).get(FOLLOWERS).json()

    assert all(list(one) == ["account", "since", "last_active_on"] for one in theirs)
    assert theirs[0]["last_active_on"] is None
    assert len(theirs[1]["last_active_on"]) == len("2026-11-28")
    dormant = mastodon(followed).get(f"{FOLLOWERS}?sort=dormant").json()
    assert dormant[-1]["account"]["username"] == "eve"


@pytest.mark.parametrize(
    ("query", "field"),
    [("dormant_days=x", "dormant_days"), ("mutual=x", "mutual"), ("sort=friends", "sort"), ("cursor=x", "cursor")],
)
def test_a_wrong_value_is_named(mastodon: Clients, alice: Account, query: str, field: str) -> None:
    assert wrong(mastodon(alice).get(f"{FOLLOWERS}?{query}")) == {field}


def test_paths_have_their_methods(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)

    assert refusal(client.post(f"{V1}/requests"))[0] == 404
    assert refusal(client.get(f"{V1}/requests/decide"))[0] == 404
    assert refusal(client.delete(f"{V1}/gate"))[0] == 404
    assert refusal(client.get(f"{V1}/nothing"))[0] == 404
    assert client.get(f"{V1}/sent/").json() == []
