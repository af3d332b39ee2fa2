"""Following, unfollowing and removing a follower (mastodon.md §3.3, §5.1, §5.4)."""

from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Follow, Notice
from tests.compat_mastodon.conftest import Clients, ids, refusal

NOTHING = {
    "following": False,
    "showing_reblogs": False,
    "notifying": False,
    "languages": None,
    "followed_by": False,
    "blocking": False,
    "blocked_by": False,
    "muting": False,
    "muting_notifications": False,
    "muting_expires_at": None,
    "requested": False,
    "requested_by": False,
    "domain_blocking": False,
    "endorsed": False,
    "note": "",
}
FOLLOWING = NOTHING | {"following": True, "showing_reblogs": True}
REQUESTED = NOTHING | {"requested": True, "showing_reblogs": True}


def follow(client: Any, account: Account, **options: Any) -> Any:
    return client.post(f"/api/v1/accounts/{account.pk}/follow", options)


def test_an_open_account_is_followed_at_once(mastodon: Clients, alice: Account, bob: Account) -> None:
    assert follow(mastodon(alice), bob).json() == {"id": str(bob.pk)} | FOLLOWING
    assert Notice.objects.get().kind == Notice.Kind.FOLLOWED
    assert mastodon().get(f"/api/v1/accounts/{bob.pk}").json()["followers_count"] == 1


def test_a_locked_account_is_asked(mastodon: Clients, alice: Account, carol: Account) -> None:
    assert follow(mastodon(alice), carol).json() == {"id": str(carol.pk)} | REQUESTED
    assert Notice.objects.get().kind == Notice.Kind.REQUESTED
    assert mastodon().get(f"/api/v1/accounts/{carol.pk}").json()["followers_count"] == 0


def test_an_account_of_another_server_is_asked(mastodon: Clients, alice: Account) -> None:
    remote = Account.objects.create(username="dora", domain="other.example")

    assert follow(mastodon(alice), remote).json()["requested"] is True


@pytest.mark.parametrize("target", ["bob", "carol"])
def test_options_come_with_the_follow_or_the_request(
    mastodon: Clients, request: pytest.FixtureRequest, alice: Account, target: str
) -> None:
    ties = follow(mastodon(alice), request.getfixturevalue(target), reblogs=False, notify=True, languages=["de", "en"])

    assert ties.json()["showing_reblogs"] is False
    assert ties.json()["notifying"] is True
    assert ties.json()["languages"] == ["de", "en"]


@pytest.mark.parametrize("target", ["bob", "carol"])
def test_following_again_changes_only_what_is_sent(
    mastodon: Clients, request: pytest.FixtureRequest, alice: Account, target: str
) -> None:
    account, client = request.getfixturevalue(target), mastodon(alice)
    follow(client, account, reblogs=False, languages=["de"])
    row = Follow.objects.get().pk

    again = follow(client, account, notify=True).json()
    assert (again["showing_reblogs"], again["notifying"], again["languages"]) == (False, True, ["de"])
    assert (Follow.objects.get().pk, Notice.objects.count()) == (row, 1)
    assert follow(client, account).json() == again


def test_no_languages_are_no_languages(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)

    assert follow(client, bob, languages=[]).json()["languages"] == []
    assert follow(client, bob, languages=None).json()["languages"] == []


def test_a_language_that_is_none_is_refused(mastodon: Clients, alice: Account, bob: Account) -> None:
    response = follow(mastodon(alice), bob, languages=["klingon"])

    assert refusal(response) == (422, "Validation failed: Languages is invalid")
    assert not Follow.objects.exists()


def test_following_oneself_is_refused(mastodon: Clients, alice: Account) -> None:
    assert refusal(follow(mastodon(alice), alice)) == (403, "Following your own account is not allowed")


def test_a_block_stands_between_in_both_directions(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.block(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert refusal(follow(mastodon(alice), bob)) == (403, "This action is not allowed")
    assert refusal(follow(mastodon(bob), alice)) == (403, "This action is not allowed")


def test_a_suspended_account_cannot_be_followed(mastodon: Clients, alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)

    assert refusal(follow(mastodon(alice), bob)) == (404, "Record not found")


def test_a_request_becomes_a_follow_when_the_account_has_opened(
    mastodon: Clients, alice: Account, carol: Account
) -> None:
    follow(mastodon(alice), carol)
    people.change(carol.pk, locked=False)

    assert follow(mastodon(alice), carol).json() == {"id": str(carol.pk)} | FOLLOWING


def test_unfollowing_ends_the_follow_with_its_notice(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    follow(client, bob)

    assert client.post(f"/api/v1/accounts/{bob.pk}/unfollow").json() == {"id": str(bob.pk)} | NOTHING
    assert not Notice.objects.exists()
    assert client.get(f"/api/v1/accounts/{bob.pk}").json()["followers_count"] == 0


def test_unfollowing_takes_a_request_back(mastodon: Clients, alice: Account, carol: Account) -> None:
    client = mastodon(alice)
    follow(client, carol)

    assert client.post(f"/api/v1/accounts/{carol.pk}/unfollow").json() == {"id": str(carol.pk)} | NOTHING
    assert ids(mastodon(carol).get("/api/v1/follow_requests")) == []
    assert not Notice.objects.exists()


@pytest.mark.parametrize("verb", ["unfollow", "remove_from_followers"])
def test_ending_what_is_not_there_is_no_error(mastodon: Clients, alice: Account, bob: Account, verb: str) -> None:
    client = mastodon(alice)

    for account in (bob, alice):
        response = client.post(f"/api/v1/accounts/{account.pk}/{verb}")
        assert (response.status_code, response.json()) == (200, {"id": str(account.pk)} | NOTHING)


def test_a_removed_follower_may_follow_again(mastodon: Clients, alice: Account, bob: Account) -> None:
    follow(mastodon(bob), alice)

    response = mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/remove_from_followers")
    assert response.json() == {"id": str(bob.pk)} | NOTHING
    assert follow(mastodon(bob), alice).json()["following"] is True


def test_removing_a_follower_leaves_a_request(mastodon: Clients, alice: Account, carol: Account) -> None:
    follow(mastodon(alice), carol)

    response = mastodon(carol).post(f"/api/v1/accounts/{alice.pk}/remove_from_followers")
    assert response.json() == {"id": str(alice.pk)} | NOTHING | {"requested_by": True}


@pytest.mark.parametrize("verb", ["follow", "unfollow", "remove_from_followers"])
@pytest.mark.parametrize("account", ["0", "-1", "4711", "foo", "99999999999999999999", "1%00", "%FF"])
def test_a_missing_account_is_not_found(mastodon: Clients, alice: Account, account: str, verb: str) -> None:
    assert refusal(mastodon(alice).post(f"/api/v1/accounts/{account}/{verb}")) == (404, "Record not found")
