"""The log: all that was decided about my followers, and my own share of what became of my requests."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import chunks, deciding, graph
from follows.gate import approvals, kept_out, settings
from follows.models import Decision
from tests.compat_mastodon.conftest import Clients
from tests.compat_mastodon.extension.conftest import V1, ask, by, walk, wrong
from tests.factories import AccountFactory

LOG = f"{V1}/decisions"
KEYS = ["id", "kind", "account", "mine", "by", "door", "rule", "decided_at", "batch", "undoes", "undone_by", "undoable"]


def log(client: Any, query: str = "") -> list[tuple[str, str, str]]:
    return [(one["kind"], one["account"]["username"], one["by"]) for one in walk(client, f"{LOG}?{query}")]


def test_an_owner_sees_what_became_of_whom(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    graph.accept(carol.pk, alice.pk, by(carol))
    graph.remove_follower(carol.pk, alice.pk, by(carol))
    client = mastodon(carol)
    newest = client.get(LOG).json()[0]

    assert log(client) == [("removed", "alice", "me"), ("accepted", "alice", "me"), ("asked", "alice", "them")]
    assert list(newest) == KEYS
    assert (newest["mine"], newest["door"], newest["rule"], newest["batch"]) == (True, "test", None, None)
    assert [one["undoable"] for one in client.get(LOG).json()] == [True, False, False]


def test_undone_decisions_name_each_other(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = mastodon(carol)
    batch = client.post(f"{V1}/requests/decide", {"verdict": "reject", "accounts": [alice.pk]}).json()
    client.post(f"{LOG}/{batch['results'][0]['decision']}/undo")
    undone, rejected, _ = client.get(LOG).json()

    assert (undone["kind"], undone["undoes"], undone["undoable"]) == ("undone", rejected["id"], False)
    assert (rejected["undone_by"], rejected["undoable"], rejected["batch"]) == (undone["id"], False, batch["batch"])


def test_moderators_rules_and_the_server_are_named_to_the_owner(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    approvals.approve_account(carol.pk, alice.pk, None, by(carol))
    ask(carol, alice, bob, mallory)
    graph.reject(carol.pk, bob.pk, Actor(None, "admin"))
    chunks.expire(carol.pk, {mallory.pk: graph_request(carol, mallory)}, Actor(None, "server"))
    client = mastodon(carol)
    found = {one["kind"]: one for one in client.get(f"{LOG}?kind[]=accepted&kind[]=rejected&kind[]=expired").json()}

    assert (found["accepted"]["by"], found["accepted"]["rule"]) == ("rule", "approved")
    assert (found["accepted"]["undoable"], found["rejected"]["undoable"]) == (False, True)
    assert (found["rejected"]["by"], found["expired"]["by"]) == ("moderator", "server")


def graph_request(owner: Account, requester: Account) -> int:
    from follows import edges

    edge = edges.find(requester.pk, owner.pk)
    assert edge
    return edge.id


def test_an_opening_is_mine_and_no_rule(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = mastodon(carol)
    client.patch("/api/v1/accounts/update_credentials", {"locked": False})
    accepted = client.get(f"{LOG}?kind=accepted").json()[0]

    assert (accepted["by"], accepted["rule"], accepted["undoable"]) == ("me", None, False)
    assert client.post(f"{LOG}/{accepted['id']}/undo").json()["outcome"] == "too_late"


def test_an_requester_sees_only_what_the_pair_shows(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    graph.reject(carol.pk, alice.pk, by(carol))
    ask(carol, alice)
    graph.accept(carol.pk, alice.pk, Actor(None, "admin"))
    graph.remove_follower(carol.pk, alice.pk, by(carol))
    settings.change(carol.pk, by(carol), paused=True)
    ask(carol, alice)
    graph.block(carol.pk, alice.pk, by(carol))
    client = mastodon(alice)

    assert log(client) == [
        ("asked", "carol", "me"),
        ("accepted", "carol", "them"),
        ("asked", "carol", "me"),
        ("asked", "carol", "me"),
    ]
    for one in client.get(LOG).json():
        assert one["mine"] is one["undoable"] is False
        assert one["rule"] is one["batch"] is one["undoes"] is one["undone_by"] is None
        assert one["door"] != "admin"


def test_an_requester_who_is_let_in_by_a_rule_sees_a_follow(mastodon: Clients, alice: Account, carol: Account) -> None:
    approvals.approve_account(carol.pk, alice.pk, None, by(carol))
    ask(carol, alice)

    assert log(mastodon(alice)) == [("followed", "carol", "me")]


def test_what_waits_aside_is_in_the_requesters_log_alone(mastodon: Clients, alice: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    ask(carol, alice)
    graph.unfollow(alice.pk, carol.pk, by(alice))

    assert log(mastodon(alice)) == [("cancelled", "carol", "me"), ("asked", "carol", "me")]
    assert log(mastodon(carol)) == []


def test_own_blocks_and_undone_are_seen_and_those_of_others_are_not(
    mastodon: Clients, alice: Account, bob: Account
) -> None:
    ask(bob, alice)
    removed = graph.remove_follower(bob.pk, alice.pk, by(bob))
    assert removed
    deciding.undo(bob.pk, removed, by(bob))
    graph.block(alice.pk, bob.pk, by(alice))

    assert log(mastodon(alice)) == [("blocked", "bob", "me"), ("followed", "bob", "me")]
    assert [kind for kind, _, _ in log(mastodon(bob))] == ["undone", "removed", "followed"]


def test_it_is_filtered(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    ask(bob, carol)
    client = mastodon(carol)

    assert log(client, f"account={alice.pk}") == [("asked", "alice", "them")]
    assert log(client, "mine=false") == [("followed", "bob", "me")]
    assert log(client, "mine=true&kind[]=asked") == [("asked", "bob", "them"), ("asked", "alice", "them")]
    assert log(client, "account=2000000000") == []


def test_pages_lead_to_the_end(mastodon: Clients, carol: Account) -> None:
    for number in range(7):
        account = AccountFactory()
        ask(carol, account)
        if number % 2:
            ask(account, carol)
    found = walk(mastodon(carol), f"{LOG}?limit=2")

    assert [int(one["id"]) for one in found] == sorted(Decision.objects.values_list("pk", flat=True), reverse=True)


@pytest.mark.parametrize(("query", "field"), [("kind[]=x", "kind"), ("mine=x", "mine"), ("account=x", "account")])
def test_a_wrong_value_is_named(mastodon: Clients, carol: Account, query: str, field: str) -> None:
    assert wrong(mastodon(carol).get(f"{LOG}?{query}")) == {field}
