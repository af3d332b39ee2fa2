"""Deciding on many at once, and taking it back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access import Actor
from accounts.models import Account
from accounts.retries import Again, Tries
from compat_mastodon.extension import batches
from follows import graph, queries
from follows.gate import kept_out
from follows.models import Decision
from follows.paging import Window
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by, wrong
from tests.factories import AccountFactory
from tests.servers import PATIENCE

DECIDE = f"{V1}/requests/decide"


def waiting(client: Any) -> dict[str, str]:
    """The ids of the requests by who asks."""
    return {item["account"]["username"]: item["id"] for item in client.get(f"{V1}/requests").json()}


def test_each_gets_an_outcome_in_the_order_asked(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    ask(carol, alice, bob)
    ask(mallory, bob)
    client = mastodon(carol)
    asking = waiting(client)
    response = client.post(DECIDE, {"verdict": "accept", "requests": [asking["bob"], "2147483647", asking["alice"]]})
    body = response.json()

    assert response.status_code == 200
    assert body.keys() == {"batch", "results"}
    assert body["batch"].isdigit()
    first, unknown, last = body["results"]
    assert unknown == {"request": "2147483647", "account": None, "outcome": "gone", "decision": None}
    assert first == {
        "request": asking["bob"],
        "account": str(bob.pk),
        "outcome": "accepted",
        "decision": str(Decision.objects.get(kind=Decision.Kind.ACCEPTED, follower=bob).pk),
    }
    assert last["outcome"] == "accepted"
    assert {decision.door for decision in Decision.objects.filter(batch=body["batch"])} == {"extension"}
    assert ids(client.get(f"/api/v1/accounts/{carol.pk}/followers")) == [alice.pk, bob.pk]


def test_accounts_are_named_as_well_and_the_second_time_they_are_gone(
    mastodon: Clients, alice: Account, carol: Account
) -> None:
    ask(carol, alice)
    sent = {"verdict": "reject", "accounts": [str(alice.pk), alice.pk]}
    first, second = mastodon(carol).post(DECIDE, sent).json()["results"]

    assert (first["outcome"], first["account"]) == ("rejected", str(alice.pk))
    assert (second["outcome"], second["account"], second["decision"]) == ("gone", str(alice.pk), None)


def test_requests_to_others_are_gone(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice)
    (request,) = waiting(mastodon(carol)).values()
    (found,) = mastodon(bob).post(DECIDE, {"verdict": "accept", "requests": [request]}).json()["results"]

    assert found == {"request": request, "account": None, "outcome": "gone", "decision": None}
    assert list(waiting(mastodon(carol)).values()) == [request]


def test_the_rejected_are_kept_out_if_one_says_so(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = mastodon(carol)
    sent = {"verdict": "reject", "accounts": [alice.pk], "keep_out": True}
    (found,) = client.post(DECIDE, sent).json()["results"]
    ask(carol, alice)

    assert waiting(client) == {}
    assert [entry["account"]["id"] for entry in client.get(f"{V1}/kept_out").json()] == [str(alice.pk)]
    assert client.post(f"{V1}/decisions/{found['decision']}/undo").json()["outcome"] == "too_late"


def test_undoing_a_rejection_lets_in_whom_it_kept_out(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = mastodon(carol)
    asked_at = client.get(f"{V1}/requests").json()[0]["asked_at"]
    sent = {"verdict": "reject", "accounts": [alice.pk], "keep_out": "1"}
    (found,) = client.post(DECIDE, sent).json()["results"]
    undone = client.post(f"{V1}/decisions/{found['decision']}/undo").json()
    (restored,) = client.get(f"{V1}/requests").json()

    assert undone.keys() == {"request", "account", "outcome", "decision"}
    assert (undone["outcome"], undone["request"], undone["account"]) == ("restored", restored["id"], str(alice.pk))
    assert undone["decision"] != found["decision"]
    assert restored["asked_at"] == asked_at
    assert client.get(f"{V1}/kept_out").json() == []
    again = client.post(f"{V1}/decisions/{found['decision']}/undo")
    assert (again.status_code, again.json()["outcome"]) == (200, "too_late")


def test_after_a_day_it_is_too_late(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    graph.accept(carol.pk, alice.pk, by(carol))
    decision = Decision.objects.get(kind=Decision.Kind.ACCEPTED)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        answer = mastodon(carol).post(f"{V1}/decisions/{decision.pk}/undo")

    assert (answer.status_code, answer.json()["outcome"]) == (200, "too_late")


def test_what_a_moderator_decided_is_undone_by_the_owner(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    graph.reject(carol.pk, alice.pk, Actor(None, "admin"))
    decision = Decision.objects.get(kind=Decision.Kind.REJECTED)

    assert mastodon(carol).post(f"{V1}/decisions/{decision.pk}/undo").json()["outcome"] == "restored"


def test_a_batch_is_undone_as_one(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    client = mastodon(carol)
    batch = client.post(DECIDE, {"verdict": "accept", "accounts": [alice.pk, bob.pk]}).json()["batch"]
    graph.unfollow(bob.pk, carol.pk, by(bob))
    body = client.post(f"{V1}/batches/{batch}/undo").json()

    assert body.keys() == {"batch", "results"}
    assert [(one["account"], one["outcome"]) for one in body["results"]] == [
        (str(alice.pk), "restored"),
        (str(bob.pk), "too_late"),
    ]
    assert waiting(client).keys() == {"alice"}


def test_decisions_and_batches_of_others_are_not_found(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    ask(carol, alice)
    sent = {"verdict": "reject", "accounts": [alice.pk]}
    body = mastodon(carol).post(DECIDE, sent).json()
    decision = body["results"][0]["decision"]

    for other in (alice, bob):
        assert refusal(mastodon(other).post(f"{V1}/decisions/{decision}/undo"))[0] == 404
        assert refusal(mastodon(other).post(f"{V1}/batches/{body['batch']}/undo"))[0] == 404
    assert refusal(mastodon(carol).post(f"{V1}/decisions/x/undo"))[0] == 404


def test_what_waits_aside_cannot_be_decided(mastodon: Clients, alice: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    ask(carol, alice)
    (found,) = mastodon(carol).post(DECIDE, {"verdict": "accept", "accounts": [alice.pk]}).json()["results"]

    assert found["outcome"] == "gone"


def test_forms_are_taken(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    form = f"verdict=accept&accounts[]={alice.pk}&accounts[]={bob.pk}"
    response = mastodon(carol).post(DECIDE, form, "application/x-www-form-urlencoded")

    assert [one["outcome"] for one in response.json()["results"]] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"verdict"}),
        ({"verdict": "accept"}, {"requests"}),
        ({"verdict": "maybe", "requests": ["1"]}, {"verdict"}),
        ({"verdict": ["accept"], "requests": ["1"]}, {"verdict"}),
        ({"verdict": {"a": 1}, "requests": ["1"]}, {"verdict"}),
        ({"verdict": "accept", "requests": []}, {"requests"}),
        ({"verdict": "accept", "requests": ["1"], "accounts": ["1"]}, {"requests", "accounts"}),
        ({"verdict": "accept", "requests": [*range(1, 502)]}, {"requests"}),
        ({"verdict": "accept", "requests": ["x"]}, {"requests"}),
        ({"verdict": "accept", "requests": [None]}, {"requests"}),
        ({"verdict": "accept", "requests": {"a": "1"}}, {"requests"}),
        ({"verdict": "accept", "accounts": [["1"]]}, {"accounts"}),
        ({"verdict": "accept", "accounts": ["1"], "keep_out": True}, {"keep_out"}),
        ({"verdict": "reject", "accounts": ["1"], "keep_out": "maybe"}, {"keep_out"}),
        ([1], {"body"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_done(
    mastodon: Clients, alice: Account, carol: Account, sent: Any, fields: set[str]
) -> None:
    ask(carol, alice)
    client = mastodon(carol)

    assert wrong(client.post(DECIDE, sent)) == fields
    assert waiting(client).keys() == {"alice"}
    assert not Decision.objects.exclude(kind=Decision.Kind.ASKED).exists()


def test_501_are_too_many_and_500_are_not(mastodon: Clients, carol: Account) -> None:
    response = mastodon(carol).post(DECIDE, {"verdict": "reject", "requests": [*range(1, 502)]})
    assert response.json()["details"] == {"requests": [{"error": "ERR_TOO_LONG", "description": "may be 500 at most"}]}
    results = mastodon(carol).post(DECIDE, {"verdict": "reject", "requests": [*range(1, 501)]}).json()["results"]

    assert [one["request"] for one in results] == [str(number) for number in range(1, 501)]


def test_followers_are_removed_in_bulk(mastodon: Clients, alice: Account, bob: Account, mallory: Account) -> None:
    ask(mallory, alice, bob)
    client = mastodon(mallory)
    sent = {"accounts": [alice.pk, 2_000_000_000, alice.pk], "keep_out": True}
    body = client.post(f"{V1}/followers/remove", sent).json()

    assert [one["outcome"] for one in body["results"]] == ["removed", "gone", "gone"]
    assert [key.account for key in queries.followers_of(mallory.pk, mallory.pk, Window(9)).rows] == [bob.pk]
    undone = client.post(f"{V1}/batches/{body['batch']}/undo").json()["results"]
    assert [(one["outcome"], one["request"]) for one in undone] == [("restored", None)]
    assert len(queries.followers_of(mallory.pk, mallory.pk, Window(9)).rows) == 2
    assert wrong(client.post(f"{V1}/followers/remove", {})) == {"accounts"}
    assert wrong(client.post(f"{V1}/followers/remove", {"accounts": [*range(1, 502)]})) == {"accounts"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_answers_others_while_it_decides_on_many(mastodon: Clients, alice: Account, carol: Account) -> None:
    """The request gives its turn back, and has the outcomes when it begins anew, however often that is."""
    requesters = [AccountFactory() for _ in range(batches.FEW + 1)]
    ask(carol, *requesters)
    sent = {"verdict": "accept", "accounts": [requester.pk for requester in requesters]}
    client, tries = mastodon(carol), Tries(PATIENCE)

    with tries, pytest.raises(Again) as again:
        client.post(DECIDE, sent)
    assert mastodon(alice).get("/api/v1/accounts/verify_credentials").status_code == 200
    assert again.value.done
    again.value.done.result(PATIENCE)
    for _ in range(2):
        with tries:
            body = client.post(DECIDE, sent).json()
        assert [result["outcome"] for result in body["results"]] == ["accepted"] * len(requesters)

    assert Decision.objects.filter(kind=Decision.Kind.ACCEPTED).count() == len(requesters)
    assert {str(decision.batch_id) for decision in Decision.objects.filter(kind=Decision.Kind.ACCEPTED)} == {
        body["batch"]
    }
