"""Following and what becomes of requests (twittner.md §2.3); the envelopes are in golden/*.json."""

from collections.abc import Callable

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, policy, relationships
from follows.models import Follow
from tests.compat_twittner.conftest import Twittner
from tests.follows.ledger import answers

Phone = Callable[..., Twittner]
PRIVACY = {"profile_visibility": "everyone", "contact_privacy": "everyone", "search_visibility": "Y"}


def requests_of(phone: Twittner) -> list[int]:
    return [item["offset_id"] for item in phone.get("follow_requests")["data"]]


def counts(phone: Twittner, account: Account) -> tuple[int, int]:
    profile = phone.get("profile", user_id=account.pk)["data"]
    return profile["follower_count"], profile["following_count"]


def test_following_twice_ends_where_it_began(twittner: Phone, alice: Account, bob: Account) -> None:
    phone = twittner(alice)
    phone.post("follow", user_id=bob.pk)
    assert (counts(phone, bob), counts(phone, alice)) == ((1, 0), (0, 1))

    phone.post("follow", user_id=bob.pk)
    assert (counts(phone, bob), counts(phone, alice)) == ((0, 0), (0, 0))


def test_an_accepted_requester_follows_and_counters_move_by_one(
    twittner: Phone, alice: Account, carol: Account
) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    owner = twittner(carol)
    (request,) = requests_of(owner)
    assert counts(owner, carol) == (0, 0)

    assert owner.post("accept_follow", req_id=request)["data"] == {"total": 0}
    assert relationships.one(alice.pk, carol.pk).following
    assert (counts(owner, carol), counts(owner, alice)) == ((1, 0), (0, 1))
    assert owner.post("accept_follow", req_id=request)["code"] == 400
    assert counts(owner, carol) == (1, 0)


def test_a_decision_is_logged_with_its_door(twittner: Phone, alice: Account, carol: Account) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    owner = twittner(carol)
    owner.post("accept_follow", req_id=requests_of(owner)[0])

    decision = answers().get()
    assert (decision.actor, decision.door) == (carol, "twittner")


def test_an_ignored_requester_may_ask_again(twittner: Phone, alice: Account, carol: Account) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    owner = twittner(carol)
    owner.post("ignore_follow", req_id=requests_of(owner)[0])

    assert owner.get("follow_requests")["code"] == 204
    assert twittner(alice).post("follow", user_id=carol.pk)["code"] == 201


@pytest.mark.parametrize("endpoint", ["accept_follow", "ignore_follow"])
def test_nobody_decides_the_requests_of_others(
    twittner: Phone, alice: Account, carol: Account, mallory: Account, endpoint: str
) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    (request,) = requests_of(twittner(carol))

    for thief in (mallory, alice):
        assert twittner(thief).post(endpoint, req_id=request)["code"] == 400
    assert requests_of(twittner(carol)) == [request]


def test_ignoring_cannot_end_a_follow(twittner: Phone, alice: Account, bob: Account) -> None:
    twittner(alice).post("follow", user_id=bob.pk)
    row = Follow.objects.get().pk

    assert twittner(bob).post("ignore_follow", req_id=row)["code"] == 400
    assert relationships.one(alice.pk, bob.pk).following


def test_the_users_id_is_not_the_request_id(twittner: Phone, alice: Account, carol: Account) -> None:
    Follow.objects.create(pk=alice.pk + 1000, follower=alice, target=carol)

    assert twittner(carol).post("accept_follow", req_id=alice.pk)["code"] == 400


def test_opening_an_account_leaves_those_who_wait_waiting(twittner: Phone, alice: Account, carol: Account) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    owner = twittner(carol)
    owner.post("set_priv_settings", **PRIVACY, follow_privacy="everyone")

    assert len(requests_of(owner)) == 1
    assert owner.post("accept_follow", req_id=requests_of(owner)[0])["code"] == 200


def test_a_request_repeated_after_the_opening_becomes_the_follow(
    twittner: Phone, alice: Account, carol: Account
) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    twittner(carol).post("set_priv_settings", **PRIVACY, follow_privacy="everyone")

    assert twittner(alice).post("follow", user_id=carol.pk)["data"] == {"follow": True}
    assert twittner(carol).get("follow_requests")["code"] == 204
    assert Follow.objects.count() == 1


def test_closing_an_account_keeps_its_followers(twittner: Phone, alice: Account, bob: Account) -> None:
    twittner(alice).post("follow", user_id=bob.pk)
    twittner(bob).post("set_priv_settings", **PRIVACY, follow_privacy="approved")

    assert relationships.one(alice.pk, bob.pk).following


def test_who_follows_as_many_as_anybody_may_is_told(
    twittner: Phone, monkeypatch: pytest.MonkeyPatch, alice: Account, bob: Account, mallory: Account
) -> None:
    monkeypatch.setattr(policy, "MAX_FOLLOWS", 1)
    phone = twittner(alice)
    phone.post("follow", user_id=bob.pk)

    answer = phone.post("follow", user_id=mallory.pk)
    assert answer == {"code": 400, "message": "You cannot follow more people", "data": []}


@pytest.mark.parametrize("blocker_is_target", [True, False])
def test_a_block_either_way_sounds_like_an_unknown_user(
    twittner: Phone, alice: Account, bob: Account, blocker_is_target: bool
) -> None:
    one, other = (bob, alice) if blocker_is_target else (alice, bob)
    graph.block(one.pk, other.pk, Actor(one.pk, "test"))

    answer = twittner(alice).post("follow", user_id=bob.pk)
    assert answer == {"code": 400, "message": "User ID is missing or invalid", "data": []}


def test_who_was_suspended_since_may_still_be_unasked(twittner: Phone, alice: Account, carol: Account) -> None:
    phone = twittner(alice)
    phone.post("follow", user_id=carol.pk)
    people.suspend(carol.pk)

    assert phone.post("follow", user_id=carol.pk)["message"] == "Subscription request canceled successfully"
    assert phone.post("follow", user_id=carol.pk)["message"] == "User ID is missing or invalid"
