"""Notices, blocks and endings as a phone is told of them when they came through the other door, and back."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import people
from accounts.models import Account
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner, twittner

__all__ = ["twittner"]

Phone = Callable[..., Twittner]


def client(account: Account) -> Mastodon:
    return Mastodon(token_for(account))


def told(phone: Twittner) -> list[tuple[str, int]]:
    """The notices of a phone, newest first: what, and who did it."""
    answer = phone.get("get_notifications", type="notifs")
    return [(item["subject"], item["user_id"]) for item in answer["data"]]


def news(account: Account) -> list[tuple[str, int]]:
    """The same through the other door."""
    return [
        (entity["type"], int(entity["account"]["id"])) for entity in client(account).get("/api/v1/notifications").json()
    ]


def test_a_phone_is_told_what_is_asked_and_answered_through_mastodon(
    twittner: Phone, alice: Account, carol: Account
) -> None:
    asking, owner = twittner(alice), twittner(carol)
    client(alice).post(f"/api/v1/accounts/{carol.pk}/follow")
    assert told(owner) == [("subscribe_request", alice.pk)]

    client(carol).post(f"/api/v1/follow_requests/{alice.pk}/authorize")
    assert told(asking) == [("subscribe_accept", carol.pk)]
    assert told(owner) == []

    client(alice).post(f"/api/v1/accounts/{carol.pk}/unfollow")
    client(alice).post(f"/api/v1/accounts/{carol.pk}/follow")
    client(carol).post(f"/api/v1/follow_requests/{alice.pk}/reject")
    assert told(owner) == []


@pytest.mark.parametrize("end", ["unfollow", "block"])
def test_what_ends_through_mastodon_is_not_told_on_the_phone(
    twittner: Phone, alice: Account, bob: Account, end: str
) -> None:
    client(alice).post(f"/api/v1/accounts/{bob.pk}/follow")
    phone = twittner(bob)
    assert told(phone) == [("subscribe", alice.pk)]

    client(alice).post(f"/api/v1/accounts/{bob.pk}/{end}")
    assert told(phone) == []


def test_opening_through_mastodon_accepts_and_the_phones_of_those_who_waited_are_told(
    twittner: Phone, alice: Account, carol: Account
) -> None:
    phone = twittner(alice)
    phone.post("follow", user_id=carol.pk)
    client(carol).patch("/api/v1/accounts/update_credentials", {"locked": False})

    assert told(phone) == [("subscribe_accept", carol.pk)]
    assert twittner(carol).get("follow_requests")["code"] == 204


def test_a_notice_deleted_on_one_side_is_gone_on_the_other(
    twittner: Phone, alice: Account, bob: Account, mallory: Account
) -> None:
    phone = twittner(bob)
    for follower in (alice, mallory):
        twittner(follower).post("follow", user_id=bob.pk)
    newest, oldest = phone.get("get_notifications", type="notifs")["data"]
    phone.post("delete_notifs", scope=[newest["id"]])
    assert news(bob) == [("follow", alice.pk)]

    client(bob).post(f"/api/v1/notifications/{oldest['id']}/dismiss")
    assert told(phone) == []


def test_a_block_made_through_mastodon_holds_on_the_phone(twittner: Phone, alice: Account, bob: Account) -> None:
    phone = twittner(alice)
    phone.post("follow", user_id=bob.pk)
    client(bob).post(f"/api/v1/accounts/{alice.pk}/block")

    profile = phone.get("profile", user_id=bob.pk)["data"]
    assert (profile["is_blocked_visitor"], profile["is_following"]) == (True, False)
    assert phone.post("follow", user_id=bob.pk)["message"] == "User ID is missing or invalid"
    assert phone.get("search_people", query="bob")["code"] == 204
    assert phone.get("fetch_followers", user_id=bob.pk)["message"] == "This profile data is not available for viewing"


def test_a_block_made_on_a_phone_holds_through_mastodon(twittner: Phone, alice: Account, bob: Account) -> None:
    client(alice).post(f"/api/v1/accounts/{bob.pk}/follow")
    phone = twittner(bob)
    phone.post("block_user", user_id=alice.pk)
    assert client(alice).post(f"/api/v1/accounts/{bob.pk}/follow").status_code == 403
    assert news(bob) == []

    phone.post("block_user", user_id=alice.pk)
    assert client(alice).post(f"/api/v1/accounts/{bob.pk}/follow").json()["following"] is True


def test_whom_moderators_suspend_nobody_is_told_of_on_either_side(
    twittner: Phone, alice: Account, bob: Account, carol: Account
) -> None:
    signed_in = twittner(alice)
    for other in (bob, carol):
        signed_in.post("follow", user_id=other.pk)
    people.suspend(alice.pk)

    for account in (bob, carol):
        assert told(twittner(account)) == []
        assert news(account) == []
    assert signed_in.get("get_priv_settings")["code"] == 401


def test_privacy_is_one_setting_behind_two_doors(twittner: Phone, alice: Account) -> None:
    phone = twittner(alice)
    form: dict[str, Any] = {"profile_visibility": "everyone", "contact_privacy": "everyone"}
    phone.post("set_priv_settings", **form, search_visibility="N", follow_privacy="approved")
    entity = client(alice).get("/api/v1/accounts/verify_credentials").json()
    assert (entity["locked"], entity["noindex"]) == (True, True)

    client(alice).patch("/api/v1/accounts/update_credentials", {"locked": False})
    assert phone.get("get_priv_settings")["data"]["follow_privacy"] == "everyone"
