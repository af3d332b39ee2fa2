"""Approvals in advance, and the accounts and servers that a member keeps out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from follows import graph
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by, ties, walk, wrong
from tests.factories import AccountFactory


def test_an_account_is_approved_before_it_asks(mastodon: Clients, alice: Account, carol: Account) -> None:
    client = mastodon(carol)
    made = client.post(f"{V1}/approvals", {"account": str(alice.pk)}).json()
    assert list(made) == ["id", "acct", "account", "until", "created_at"]
    assert (made["acct"], made["account"]["id"], made["until"]) == ("alice", str(alice.pk), None)
    assert client.get(f"{V1}/approvals").json() == [made]
    ask(carol, alice)

    assert ties(client, alice)["followed_by"] is True
    assert client.get(f"{V1}/approvals").json() == []


def test_handles_need_not_exist_and_a_list_is_answered_with_a_list(mastodon: Clients, carol: Account) -> None:
    client, until = mastodon(carol), (timezone.now() + timedelta(days=3)).isoformat()
    sent = {"acct": ["@dave", "Erin@Other.Example"], "until": until}
    made = client.post(f"{V1}/approvals", sent).json()

    assert [(one["acct"], one["account"]) for one in made] == [("dave", None), ("erin@other.example", None)]
    single = client.post(f"{V1}/approvals", {"acct": "dave"}).json()
    assert (single["acct"], single["until"]) == ("dave", None)
    assert [one["acct"] for one in walk(client, f"{V1}/approvals?limit=1")] == ["dave", "erin@other.example"]
    dave = AccountFactory(username="dave")
    ask(carol, dave)
    assert ties(client, dave)["followed_by"] is True


def test_who_waits_is_accepted_when_approved(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    mastodon(carol).post(f"{V1}/approvals", {"acct": "alice"})

    assert ties(mastodon(carol), alice)["followed_by"] is True


def test_an_approval_is_taken_back_by_its_owner_alone(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    made = mastodon(carol).post(f"{V1}/approvals", {"account": alice.pk}).json()

    assert refusal(mastodon(bob).delete(f"{V1}/approvals/{made['id']}"))[0] == 404
    assert mastodon(carol).delete(f"{V1}/approvals/{made['id']}").json() == {}
    assert refusal(mastodon(carol).delete(f"{V1}/approvals/{made['id']}"))[0] == 404


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"acct"}),
        ({"acct": []}, {"acct"}),
        ({"acct": ""}, {"acct"}),
        ({"acct": "a b"}, {"acct"}),
        ({"acct": ["x"] * 501}, {"acct"}),
        ({"acct": [["x"]]}, {"acct"}),
        ({"acct": "dave", "account": "1"}, {"acct", "account"}),
        ({"acct": "dave", "until": "2020-01-01T00:00:00Z"}, {"until"}),
        ({"acct": "dave", "until": "then"}, {"until"}),
        ({"account": "x"}, {"account"}),
        ({"acct": "carol"}, {"acct"}),
    ],
)
def test_what_is_wrong_with_an_approval_is_named(
    mastodon: Clients, carol: Account, sent: Any, fields: set[str]
) -> None:
    assert wrong(mastodon(carol).post(f"{V1}/approvals", sent)) == fields
    assert mastodon(carol).get(f"{V1}/approvals").json() == []


def test_who_is_kept_out_is_not_approved(mastodon: Clients, alice: Account, carol: Account) -> None:
    client = mastodon(carol)
    client.post(f"{V1}/kept_out", {"account": alice.pk})

    assert wrong(client.post(f"{V1}/approvals", {"account": alice.pk})) == {"account"}


def test_keeping_out_ends_a_follow_and_taking_it_back_lets_a_request_in(
    mastodon: Clients, alice: Account, carol: Account
) -> None:
    client, hers = mastodon(carol), mastodon(alice)
    ask(carol, alice)
    graph.accept(carol.pk, alice.pk, by(carol))
    entry = client.post(f"{V1}/kept_out", {"account": alice.pk}).json()
    assert list(entry) == ["id", "account", "domain", "since"]
    assert (entry["account"]["id"], entry["domain"]) == (str(alice.pk), None)
    assert client.post(f"{V1}/kept_out", {"account": alice.pk}).json() == entry
    assert ties(hers, carol)["following"] is False

    ask(carol, alice)
    assert ties(hers, carol)["requested"] is True
    assert ties(client, alice)["requested_by"] is False
    assert client.get(f"{V1}/requests").json() == []
    assert client.delete(f"{V1}/kept_out/{entry['id']}").json() == {}
    (request,) = client.get(f"{V1}/requests").json()
    assert request["account"]["id"] == str(alice.pk)
    assert [notice["type"] for notice in client.get("/api/v1/notifications").json()] == []


def test_whole_servers_are_kept_out(mastodon: Clients, carol: Account, eve: Account) -> None:
    client = mastodon(carol)
    entry = client.post(f"{V1}/kept_out", {"domain": "Other.Example"}).json()
    ask(carol, eve)

    assert (entry["account"], entry["domain"]) == (None, "other.example")
    assert client.get(f"{V1}/requests").json() == []
    assert walk(client, f"{V1}/kept_out?limit=1") == [entry]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"account"}),
        ({"account": "x"}, {"account"}),
        ({"domain": "a b"}, {"domain"}),
        ({"domain": [1]}, {"domain"}),
    ],
)
def test_what_is_wrong_with_keeping_out_is_named(
    mastodon: Clients, carol: Account, sent: Any, fields: set[str]
) -> None:
    assert wrong(mastodon(carol).post(f"{V1}/kept_out", sent)) == fields


def test_nobody_keeps_out_oneself_or_lets_in_for_others(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    entry = mastodon(carol).post(f"{V1}/kept_out", {"account": alice.pk}).json()

    assert wrong(mastodon(carol).post(f"{V1}/kept_out", {"account": carol.pk})) == {"account"}
    assert refusal(mastodon(bob).delete(f"{V1}/kept_out/{entry['id']}"))[0] == 404
    assert refusal(mastodon(carol).post(f"{V1}/kept_out", {"account": "2000000000"}))[0] == 404
