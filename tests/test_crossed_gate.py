"""What the gate does, told through each door: each sees what it should, and nothing more."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import people, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import graph
from follows.gate import approvals, expiry, kept_out, settings
from follows.models import Follow
from tests.compat_mastodon.conftest import Mastodon, token_for

V1 = "/api/latchkey/v1"


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


class Person:
    """Somebody with a client of each dialect."""

    def __init__(self, account: Account) -> None:
        self.account, self.pk = account, account.pk
        self.mastodon = Mastodon(token_for(account))
        self.session = sessions.open_session(account.pk, Platform.ANDROID).token

    def ask(self, target: "Person") -> tuple[bool, bool]:
        """Asks through Mastodon; whether it follows, and whether it has asked."""
        body = self.mastodon.post(f"/api/v1/accounts/{target.pk}/follow").json()
        return body["following"], body["requested"]

    def ask_by_phone(self, target: "Person") -> int:
        sent = {"session_id": self.session, "user_id": target.pk}
        return int(Client().post("/mobile_api/follow", sent).json()["code"])

    def requesters(self) -> set[str]:
        """Who asks, as every door says alike."""
        theirs = {item["username"] for item in self.mastodon.get("/api/v1/follow_requests").json()}
        phone = Client().get("/mobile_api/follow_requests", {"session_id": self.session}).json()["data"] or []
        extension = {item["account"]["username"] for item in self.mastodon.get(f"{V1}/requests").json()}
        assert {item["username"].removeprefix("@") for item in phone} == theirs == extension
        return theirs

    def notices(self) -> list[tuple[str, str]]:
        found = self.mastodon.get("/api/v1/notifications").json()
        return [(item["type"], item["account"]["username"]) for item in found]

    def log(self) -> list[str]:
        return [item["kind"] for item in self.mastodon.get(f"{V1}/decisions").json()]

    def sees(self, other: "Person") -> tuple[bool, bool]:
        (found,) = self.mastodon.get(f"/api/v1/accounts/relationships?id[]={other.pk}").json()
        phone = Client().get("/mobile_api/profile", {"session_id": self.session, "user_id": other.pk}).json()
        user: dict[str, Any] = phone["data"]["user"]
        assert (user["is_following"], user["follow_requested"]) == (found["following"], found["requested"])
        return found["following"], found["requested"]


@pytest.fixture
def requester(alice: Account) -> Person:
    return Person(alice)


@pytest.fixture
def owner(carol: Account) -> Person:
    return Person(carol)


@pytest.fixture
def open_owner(bob: Account) -> Person:
    return Person(bob)


def test_who_is_kept_out_sees_an_ordinary_request(requester: Person, owner: Person) -> None:
    kept_out.keep_out(owner.pk, requester.pk, by(owner.account))

    assert requester.ask(owner) == requester.sees(owner) == (False, True)
    assert (requester.log(), len(requester.mastodon.get(f"{V1}/sent").json())) == (["asked"], 1)
    assert (owner.requesters(), owner.notices(), owner.log()) == (set(), [], [])


def test_who_was_approved_follows_at_once(requester: Person, owner: Person) -> None:
    approvals.approve_account(owner.pk, requester.pk, None, by(owner.account))

    assert requester.ask_by_phone(owner) == 200
    assert requester.sees(owner) == (True, False)
    assert (owner.notices(), owner.log(), requester.log()) == (
        [("follow", "alice")],
        ["accepted", "followed"],
        ["followed"],
    )


def test_who_is_accepted_by_a_rule_follows_at_once(requester: Person, owner: Person) -> None:
    graph.follow(owner.pk, requester.pk, by(owner.account))
    settings.change(owner.pk, by(owner.account), accept_followed=True)

    assert requester.ask(owner) == requester.sees(owner) == (True, False)
    assert owner.notices() == [("follow", "alice")]
    assert requester.log() == ["followed", "followed"]  # hers and the owner's of her


def test_a_pause_is_quiet_for_the_owner_and_unknown_to_the_requester(requester: Person, open_owner: Person) -> None:
    settings.change(open_owner.pk, by(open_owner.account), paused=True)

    assert requester.ask_by_phone(open_owner) == 201
    assert requester.sees(open_owner) == (False, True)
    assert (open_owner.requesters(), open_owner.notices()) == ({"alice"}, [])
    assert requester.log() == ["asked"]


def test_an_expired_request_is_gone_and_may_be_made_again(requester: Person, owner: Person) -> None:
    settings.change(owner.pk, by(owner.account), expire_days=14)
    requester.ask(owner)
    Follow.objects.update(created_at=timezone.now() - timedelta(days=15))
    assert expiry.expire() == 1

    assert requester.sees(owner) == (False, False)
    assert (owner.requesters(), owner.notices()) == (set(), [])
    assert (requester.log(), owner.log()) == (["expired", "asked"], ["expired", "asked"])
    assert requester.ask(owner) == (False, True)


def test_an_undone_rejection_waits_again_and_tells_nobody(requester: Person, owner: Person) -> None:
    requester.ask(owner)
    sent = {"verdict": "reject", "accounts": [requester.pk]}
    (outcome,) = owner.mastodon.post(f"{V1}/requests/decide", sent).json()["results"]
    assert requester.sees(owner) == (False, False)
    owner.mastodon.post(f"{V1}/decisions/{outcome['decision']}/undo")

    assert requester.sees(owner) == (False, True)
    assert (owner.requesters(), owner.notices(), requester.notices()) == ({"alice"}, [], [])
    assert (requester.log(), owner.log()) == (["asked"], ["undone", "rejected", "asked"])


def test_an_undone_acceptance_waits_again(requester: Person, owner: Person) -> None:
    requester.ask(owner)
    sent = {"verdict": "accept", "accounts": [requester.pk]}
    batch = owner.mastodon.post(f"{V1}/requests/decide", sent).json()["batch"]
    owner.mastodon.post(f"{V1}/batches/{batch}/undo")

    assert requester.sees(owner) == (False, True)
    assert owner.requesters() == {"alice"}


def test_a_limited_requester_has_to_ask_an_open_account(requester: Person, open_owner: Person) -> None:
    people.change(requester.pk, limited_at=timezone.now())

    assert requester.ask(open_owner) == requester.sees(open_owner) == (False, True)
    assert (open_owner.requesters(), open_owner.notices()) == ({"alice"}, [])  # kept aside
    assert open_owner.mastodon.get(f"{V1}/requests").json()[0]["reason"] == "limited"
    assert requester.log() == ["asked"]
