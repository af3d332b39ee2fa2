"""Authorizing and rejecting the requests to follow me (mastodon.md §2.2 to §2.4)."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Decision
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.follows.ledger import answers

PATH = "/api/v1/follow_requests"
NOT_FOUND = (404, "Record not found")


@pytest.fixture
def asked(alice: Account, carol: Account) -> None:
    """Alice asks to follow carol."""
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"), show_reblogs=False, notify=True, languages=["de"])


@pytest.mark.usefixtures("asked")
def test_authorizing_makes_the_requester_a_follower(mastodon: Clients, alice: Account, carol: Account) -> None:
    response = mastodon(carol).post(f"{PATH}/{alice.pk}/authorize")

    assert response.status_code == 200
    assert response.json()["id"] == str(alice.pk)
    assert response.json()["followed_by"] is True
    assert response.json()["requested_by"] is False
    assert ids(mastodon(carol).get(PATH)) == []
    assert ids(mastodon().get(f"/api/v1/accounts/{carol.pk}/followers")) == [alice.pk]


@pytest.mark.usefixtures("asked")
def test_the_follow_keeps_what_was_asked_for(mastodon: Clients, alice: Account, carol: Account) -> None:
    mastodon(carol).post(f"{PATH}/{alice.pk}/authorize")

    (ties,) = mastodon(alice).get("/api/v1/accounts/relationships", {"id": carol.pk}).json()
    assert (ties["following"], ties["requested"]) == (True, False)
    assert (ties["showing_reblogs"], ties["notifying"], ties["languages"]) == (False, True, ["de"])


@pytest.mark.usefixtures("asked")
def test_authorizing_moves_both_counts_by_one(mastodon: Clients, alice: Account, carol: Account) -> None:
    mastodon(carol).post(f"{PATH}/{alice.pk}/authorize")

    assert mastodon().get(f"/api/v1/accounts/{carol.pk}").json()["followers_count"] == 1
    assert mastodon().get(f"/api/v1/accounts/{alice.pk}").json()["following_count"] == 1


@pytest.mark.usefixtures("asked")
def test_rejecting_leaves_nothing_behind_but_the_decision(mastodon: Clients, alice: Account, carol: Account) -> None:
    response = mastodon(carol).post(f"{PATH}/{alice.pk}/reject")

    assert response.status_code == 200
    assert (response.json()["followed_by"], response.json()["requested_by"]) == (False, False)
    assert mastodon().get(f"/api/v1/accounts/{carol.pk}").json()["followers_count"] == 0
    decision = answers().get()
    assert (decision.kind, decision.actor, decision.door) == (Decision.Kind.REJECTED, carol, "mastodon")


@pytest.mark.usefixtures("asked")
def test_a_rejected_requester_may_ask_again(mastodon: Clients, alice: Account, carol: Account) -> None:
    mastodon(carol).post(f"{PATH}/{alice.pk}/reject")

    assert mastodon(alice).post(f"/api/v1/accounts/{carol.pk}/follow").json()["requested"] is True
    assert ids(mastodon(carol).get(PATH)) == [alice.pk]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("first", ["authorize", "reject"])
@pytest.mark.parametrize("second", ["authorize", "reject"])
def test_a_request_is_answered_once(mastodon: Clients, alice: Account, carol: Account, first: str, second: str) -> None:
    client = mastodon(carol)
    client.post(f"{PATH}/{alice.pk}/{first}")

    assert refusal(client.post(f"{PATH}/{alice.pk}/{second}")) == NOT_FOUND
    assert answers().count() == 1


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("verb", ["authorize", "reject"])
def test_nobody_answers_the_requests_of_others(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, verb: str
) -> None:
    assert refusal(mastodon(bob).post(f"{PATH}/{alice.pk}/{verb}")) == NOT_FOUND
    assert refusal(mastodon(alice).post(f"{PATH}/{carol.pk}/{verb}")) == NOT_FOUND
    assert ids(mastodon(carol).get(PATH)) == [alice.pk]


@pytest.mark.parametrize("verb", ["authorize", "reject"])
@pytest.mark.parametrize("account", ["0", "-1", "4711", "foo", "1.5", "99999999999999999999", "1%00", "%FF", "١"])
def test_an_account_that_did_not_ask_is_not_found(mastodon: Clients, carol: Account, account: str, verb: str) -> None:
    assert refusal(mastodon(carol).post(f"{PATH}/{account}/{verb}")) == NOT_FOUND


@pytest.mark.usefixtures("asked")
def test_the_request_of_a_suspended_account_can_still_be_answered(
    mastodon: Clients, alice: Account, carol: Account
) -> None:
    people.suspend(alice.pk)

    assert mastodon(carol).post(f"{PATH}/{alice.pk}/reject").status_code == 200


@pytest.mark.usefixtures("asked")
def test_get_is_no_way_to_answer(mastodon: Clients, alice: Account, carol: Account) -> None:
    assert refusal(mastodon(carol).get(f"{PATH}/{alice.pk}/authorize")) == (404, "Not Found")
    assert ids(mastodon(carol).get(PATH)) == [alice.pk]


@pytest.mark.usefixtures("asked")
def test_unlocking_accepts_who_waits(mastodon: Clients, alice: Account, carol: Account) -> None:
    mastodon(carol).patch("/api/v1/accounts/update_credentials", {"locked": False})

    assert ids(mastodon(carol).get(PATH)) == []
    assert ids(mastodon(carol).get(f"/api/v1/accounts/{carol.pk}/followers")) == [alice.pk]


def test_locking_keeps_the_followers(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    mastodon(bob).patch("/api/v1/accounts/update_credentials", {"locked": True})

    assert ids(mastodon(bob).get(f"/api/v1/accounts/{bob.pk}/followers")) == [alice.pk]
