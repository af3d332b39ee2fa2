"""Requests that wait on after the account was opened through Twittner, and how many the owner is told of."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, queries, relationships
from tests.compat_mastodon.conftest import Mastodon, mastodon, token_for
from tests.compat_twittner.conftest import Twittner, twittner
from tests.factories import AccountFactory

__all__ = ["mastodon", "twittner"]
Phone = Callable[..., Twittner]
OPEN = {
    "profile_visibility": "everyone",
    "contact_privacy": "everyone",
    "search_visibility": "Y",
    "follow_privacy": "everyone",
}


@pytest.fixture
def queue(carol: Account) -> list[int]:
    """Who asked carol, who then opened her account through Twittner."""
    requesters = [AccountFactory().pk for _ in range(3)]
    for requester in requesters:
        graph.follow(requester, carol.pk, Actor(requester, "test"))
    return requesters


def change(owner: Account, **values: Any) -> Any:
    response = Mastodon(token_for(owner)).patch("/api/v1/accounts/update_credentials", values)
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize("sent", [False, "false", "0"])
def test_unlocked_through_mastodon_an_account_that_is_open_accepts_who_waits(
    twittner: Phone, carol: Account, queue: list[int], sent: object
) -> None:
    assert twittner(carol).post("set_priv_settings", **OPEN)["code"] == 200
    assert queries.pending_count(carol.pk) == 3

    shown = change(carol, locked=sent)

    assert (shown["locked"], shown["source"]["follow_requests_count"], shown["followers_count"]) == (False, 0, 3)
    assert all(relationships.one(requester, carol.pk).following for requester in queue)


def test_other_changes_accept_nobody(twittner: Phone, carol: Account, queue: list[int]) -> None:
    twittner(carol).post("set_priv_settings", **OPEN)
    change(carol, display_name="Carol")
    twittner(carol).post("set_priv_settings", **OPEN)

    assert queries.pending_count(carol.pk) == 3


def test_the_owner_sees_that_they_wait_through_both_doors(
    mastodon: Callable[..., Mastodon], twittner: Phone, carol: Account, queue: list[int]
) -> None:
    phone, client = twittner(carol), mastodon(carol)
    phone.post("set_priv_settings", **OPEN)

    assert len(phone.get("follow_requests")["data"]) == 3
    own = client.get("/api/v1/accounts/verify_credentials").json()
    assert (own["locked"], own["source"]["follow_requests_count"]) == (False, 3)
    assert len(client.get("/api/v1/follow_requests").json()) == 3


@pytest.mark.parametrize("counted", [0, 1, 100])
def test_the_total_counts_what_the_list_shows(
    twittner: Phone, carol: Account, queue: list[int], counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNTED", counted)
    monkeypatch.setattr(queries, "_PENDING_COUNT", type(queries._PENDING_COUNT)(None, queries._PENDING_COUNT._build))
    more = [AccountFactory().pk for _ in range(2)]
    for requester in more:
        graph.follow(requester, carol.pk, Actor(requester, "test"))
    people.suspend(queue[0])
    people.suspend(AccountFactory().pk)
    phone = twittner(carol)

    for endpoint in ("accept_follow", "ignore_follow", "accept_follow"):
        shown = phone.get("follow_requests")["data"]
        answer = phone.post(endpoint, req_id=shown[0]["offset_id"])
        assert answer["data"]["total"] == len(shown) - 1

    people.unsuspend(queue[0])
    assert queries.pending_count(carol.pk) == len(phone.get("follow_requests")["data"]) == 2
