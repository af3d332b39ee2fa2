"""Muting people, for a while or for good (mastodon.md §3.3, §5.6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Mute, Notice
from tests.compat_mastodon.conftest import Clients, ids
from tests.factories import AccountFactory

NOON = datetime(2026, 8, 21, 12, 0, 0, 250_000, tzinfo=UTC)


def mute(client: Any, account: Account, verb: str = "mute", **values: Any) -> Any:
    response = client.post(f"/api/v1/accounts/{account.pk}/{verb}", values)
    assert response.status_code == 200
    return {key: value for key, value in response.json().items() if key.startswith("muting")}


def test_a_mute_is_for_good_and_for_notifications_unless_told(mastodon: Clients, alice: Account, bob: Account) -> None:
    muted = mute(mastodon(alice), bob)

    assert muted == {"muting": True, "muting_notifications": True, "muting_expires_at": None}


def test_the_follow_stays_and_the_notices_go(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    mute(mastodon(alice), bob)

    (ties,) = mastodon(alice).get("/api/v1/accounts/relationships", {"id": bob.pk}).json()
    assert (ties["following"], ties["followed_by"]) == (True, True)
    assert [notice.recipient_id for notice in Notice.objects.all()] == [bob.pk]


def test_notifications_may_go_on(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert mute(mastodon(alice), bob, notifications=False)["muting_notifications"] is False
    assert Notice.objects.exists()


@time_machine.travel(NOON, tick=False)
def test_a_mute_ends_by_itself(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    assert mute(client, bob, duration=3600)["muting_expires_at"] == "2026-08-21T13:00:00Z"
    assert client.get("/api/v1/mutes").json()[0]["mute_expires_at"] == "2026-08-21T13:00:00.250Z"

    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert ids(client.get("/api/v1/mutes")) == []
        (ties,) = client.get("/api/v1/accounts/relationships", {"id": bob.pk}).json()
        assert (ties["muting"], ties["muting_notifications"], ties["muting_expires_at"]) == (False, False, None)


@pytest.mark.parametrize("duration", ["0", "-5", "", "abc"])
def test_a_duration_that_is_none_is_for_good(mastodon: Clients, alice: Account, bob: Account, duration: str) -> None:
    assert mute(mastodon(alice), bob, duration=duration)["muting_expires_at"] is None


def test_a_very_long_mute_is_kept(mastodon: Clients, alice: Account, bob: Account) -> None:
    assert mute(mastodon(alice), bob, duration="9" * 18)["muting"] is True


def test_muting_again_starts_anew(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    mute(client, bob, notifications=False, duration=60)

    assert mute(client, bob) == {"muting": True, "muting_notifications": True, "muting_expires_at": None}
    assert Mute.objects.count() == 1


def test_unmuting_is_never_an_error(mastodon: Clients, alice: Account, bob: Account) -> None:
    client, silent = mastodon(alice), {"muting": False, "muting_notifications": False, "muting_expires_at": None}
    mute(client, bob)

    assert mute(client, bob, "unmute") == mute(client, bob, "unmute") == silent
    assert mute(client, alice) == silent


def test_muted_people_are_accounts_with_an_end(mastodon: Clients, alice: Account) -> None:
    others = [AccountFactory() for _ in range(3)]
    client = mastodon(alice)
    for other in others:
        mute(client, other)
    muted = client.get("/api/v1/mutes", {"limit": 2})

    assert ids(muted) == [others[2].pk, others[1].pk]
    account = client.get(f"/api/v1/accounts/{others[2].pk}").json()
    assert muted.json()[0] == account | {"mute_expires_at": None}
    rows = list(Mute.objects.order_by("-pk").values_list("pk", flat=True))
    base = "http://testserver/api/v1/mutes?limit=2"
    assert muted.headers["Link"] == f'<{base}&max_id={rows[1]}>; rel="next", <{base}&since_id={rows[0]}>; rel="prev"'


def test_the_muted_are_left_out_of_the_lists_of_others(mastodon: Clients, alice: Account, bob: Account) -> None:
    other = AccountFactory()
    graph.follow(other.pk, bob.pk, Actor(other.pk, "test"))
    graph.follow(other.pk, alice.pk, Actor(other.pk, "test"))
    client = mastodon(alice)
    mute(client, other)

    assert ids(client.get(f"/api/v1/accounts/{bob.pk}/followers")) == []
    assert ids(client.get(f"/api/v1/accounts/{alice.pk}/followers")) == [other.pk]
    assert ids(mastodon().get(f"/api/v1/accounts/{bob.pk}/followers")) == [other.pk]
