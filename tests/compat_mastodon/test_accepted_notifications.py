"""Being told that an own request was accepted: for accounts that want it, by clients that say what they support."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.gate import settings
from tests.compat_mastodon.conftest import Clients

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"
KNOWS, KNOWS_NOT = "supported_types[]=follow_request_accepted", "supported_types[]=follow"


@pytest.fixture
def accepted(alice: Account, carol: Account) -> None:
    """Alice wants to be told; carol accepted her."""
    settings.change(alice.pk, Actor(alice.pk, "test"), tell_accepted=True)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))


def told(client: Any, query: str) -> list[dict[str, Any]]:
    one_by_one = client.get(f"{V1}?{query}")
    grouped = client.get(f"{V2}?{query}")
    assert one_by_one.status_code == grouped.status_code == 200
    assert len(one_by_one.json()) == len(grouped.json()["notification_groups"])
    return [*one_by_one.json(), *grouped.json()["notification_groups"]]


def test_a_client_that_knows_the_type_gets_it(
    mastodon: Clients, accepted: None, alice: Account, carol: Account
) -> None:
    one, group = told(mastodon(alice), KNOWS)

    assert list(one) == ["id", "type", "created_at", "group_key", "account"]
    assert (one["type"], one["account"]["id"]) == ("follow_request_accepted", str(carol.pk))
    assert one["group_key"] == group["group_key"] == f"ungrouped-{one['id']}"
    assert (group["type"], group["sample_account_ids"]) == ("follow_request_accepted", [str(carol.pk)])
    assert "fallback" not in one
    assert "fallback" not in group


def test_a_client_that_knows_it_not_gets_a_fallback(mastodon: Clients, accepted: None, alice: Account) -> None:
    fallback = {
        "title": "Follow request accepted",
        "summary": "Carol Clark accepted your request to follow",
        "description": None,
    }
    for item in told(mastodon(alice), KNOWS_NOT):
        assert item["type"] == "follow_request_accepted"
        assert item["fallback"] == fallback


def test_a_client_that_says_nothing_never_gets_it(mastodon: Clients, accepted: None, alice: Account) -> None:
    assert told(mastodon(alice), "") == []
    assert told(mastodon(alice), "types[]=follow_request_accepted") == []


def test_counts_leave_it_out(mastodon: Clients, accepted: None, alice: Account) -> None:
    for version in (V1, V2):
        assert mastodon(alice).get(f"{version}/unread_count?{KNOWS}").json() == {"count": 0}


def test_types_are_chosen_as_others(mastodon: Clients, accepted: None, alice: Account) -> None:
    client = mastodon(alice)

    assert told(client, f"{KNOWS}&types[]=follow") == []
    assert told(client, f"{KNOWS}&exclude_types[]=follow_request_accepted") == []
    assert len(told(client, f"{KNOWS}&types[]=follow_request_accepted")) == 2


def test_an_account_that_does_not_want_it_gets_none(mastodon: Clients, accepted: None, alice: Account) -> None:
    settings.change(alice.pk, Actor(alice.pk, "test"), tell_accepted=False)

    assert told(mastodon(alice), KNOWS) == []


def test_a_follow_at_once_is_no_accepted_request(
    mastodon: Clients, accepted: None, alice: Account, bob: Account, carol: Account
) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    settings.change(carol.pk, Actor(carol.pk, "test"), accept_followed=True)

    assert len(told(mastodon(alice), KNOWS)) == 2  # carol, in both lists


def test_a_request_that_a_rule_accepts_is_told(mastodon: Clients, alice: Account, carol: Account) -> None:
    settings.change(alice.pk, Actor(alice.pk, "test"), tell_accepted=True)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(carol.pk, alice.pk, Actor(carol.pk, "test"))
    settings.change(carol.pk, Actor(carol.pk, "test"), accept_followed=True)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert {item["type"] for item in told(mastodon(alice), KNOWS)} == {"follow", "follow_request_accepted"}


def test_one_is_read_and_dismissed(mastodon: Clients, accepted: None, alice: Account) -> None:
    client = mastodon(alice)
    one, group = told(client, KNOWS)

    assert client.get(f"{V1}/{one['id']}").status_code == 404
    assert client.get(f"{V1}/{one['id']}?{KNOWS}").json() == one
    found = client.get(f"{V2}/{group['group_key']}?{KNOWS_NOT}").json()["notification_groups"]
    assert found[0]["fallback"]["title"] == "Follow request accepted"
    assert client.post(f"{V1}/{one['id']}/dismiss").json() == {}
    assert told(client, KNOWS) == []


def test_clearing_takes_it_away(mastodon: Clients, accepted: None, alice: Account) -> None:
    client = mastodon(alice)
    client.post(f"{V1}/clear")

    assert told(client, KNOWS) == []
