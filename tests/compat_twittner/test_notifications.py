"""What an account is told (twittner.md §2.5)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.access import Actor
from accounts.models import Account, Device
from follows import domains, graph
from follows.models import Notice
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

Phone = Callable[..., Twittner]


def told(phone: Twittner, **query: Any) -> list[tuple[str, int]]:
    answer = phone.get("get_notifications", type="notifs", **query)
    return [(item["subject"], item["user_id"]) for item in answer["data"]]


def test_an_accepted_requester_is_told_by_whom(twittner: Phone, alice: Account, carol: Account) -> None:
    twittner(alice).post("follow", user_id=carol.pk)
    owner = twittner(carol)
    assert told(owner) == [("subscribe_request", alice.pk)]

    owner.post("accept_follow", req_id=owner.get("follow_requests")["data"][0]["offset_id"])
    assert told(twittner(alice)) == [("subscribe_accept", carol.pk)]
    assert told(owner) == []


def test_what_only_the_other_door_speaks_of_is_not_told(twittner: Phone, alice: Account) -> None:
    remote = Account.objects.create(username="eve", domain="other.example")
    graph.follow(remote.pk, alice.pk, Actor(remote.pk, "test"))
    domains.block(alice.pk, "other.example", Actor(alice.pk, "test"))

    assert Notice.objects.filter(recipient=alice).exists()
    assert told(twittner(alice)) == []


@pytest.mark.parametrize("end", ["follow", "block_user"])
def test_what_is_no_longer_so_is_not_told(twittner: Phone, alice: Account, bob: Account, end: str) -> None:
    twittner(alice).post("follow", user_id=bob.pk)
    twittner(alice).post(end, user_id=bob.pk)

    assert told(twittner(bob)) == []


def test_a_cancelled_or_ignored_request_is_not_told(twittner: Phone, alice: Account, carol: Account) -> None:
    asking, owner = twittner(alice), twittner(carol)
    asking.post("follow", user_id=carol.pk)
    asking.post("follow", user_id=carol.pk)
    assert told(owner) == []

    asking.post("follow", user_id=carol.pk)
    owner.post("ignore_follow", req_id=owner.get("follow_requests")["data"][0]["offset_id"])
    assert told(owner) == []


def test_reading_marks_as_seen_what_was_read(twittner: Phone, alice: Account, bob: Account, mallory: Account) -> None:
    for account in (alice, mallory):
        graph.follow(account.pk, bob.pk, Actor(account.pk, "test"))
    phone = twittner(bob)
    statuses = [
        [item["status"] for item in phone.get("get_notifications", type="notifs", page_size=size)["data"]]
        for size in (1, 2)
    ]

    assert statuses == [["0"], ["1", "0"]]


def test_pages_of_fifteen_newest_first(twittner: Phone, bob: Account) -> None:
    followers = [AccountFactory() for _ in range(17)]
    for follower in followers:
        graph.follow(follower.pk, bob.pk, Actor(follower.pk, "test"))
    phone = twittner(bob)
    first = phone.get("get_notifications", type="notifs")["data"]
    rest = phone.get("get_notifications", type="notifs", offset=first[-1]["id"])["data"]

    assert len(first) == 15
    assert [item["user_id"] for item in first + rest] == [follower.pk for follower in reversed(followers)]


def test_suspended_people_are_not_told_of(twittner: Phone, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    people.suspend(alice.pk)

    assert told(twittner(bob)) == []


def _as_text(ids: list[int]) -> dict[str, Any]:
    return {"scope": str(ids)}


def _between_blanks(ids: list[int]) -> dict[str, Any]:
    return {"scope": f"\t\x0c {ids}\n"}


def _repeated(ids: list[int]) -> dict[str, Any]:
    return {"scope": ids}


def _in_brackets(ids: list[int]) -> dict[str, Any]:
    return {"scope[]": ids}


def _numbered(ids: list[int]) -> dict[str, Any]:
    return {f"scope[{place}]": number for place, number in enumerate(ids)}


@pytest.mark.parametrize("form", [_as_text, _between_blanks, _repeated, _in_brackets, _numbered])
def test_one_deletes_ones_own_notices_and_no_others(
    twittner: Phone, alice: Account, bob: Account, carol: Account, form: Callable[[list[int]], dict[str, Any]]
) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    ids = list(Notice.objects.values_list("pk", flat=True))

    assert twittner(bob).post("delete_notifs", **form(ids))["code"] == 200
    assert told(twittner(bob)) == []
    assert len(told(twittner(carol))) == 1


@pytest.mark.parametrize("scope", ["[" * 5000, "[null]", "[true]", "[1.5]", '{"a": 1}', "[9e999]", "\x00", "[-1]"])
def test_a_scope_that_is_none_is_refused(twittner: Phone, bob: Account, scope: str) -> None:
    assert twittner(bob).post("delete_notifs", scope=scope)["code"] == 400


def test_many_ids_at_once(twittner: Phone, bob: Account) -> None:
    assert twittner(bob).post("delete_notifs", scope=str(list(range(1, 100_001))))["code"] == 200
    assert twittner(bob).post("delete_notifs", scope=f"[{'9' * 4000}]")["code"] == 200


def test_the_last_push_token_wins(twittner: Phone, bob: Account) -> None:
    phone = twittner(bob)
    phone.post("save_pnotif_token", token="a" * 60, type="ios")
    phone.post("save_pnotif_token", token="b" * 60)

    device = Device.objects.get()
    assert (device.token, device.platform) == ("b" * 60, "mobile_android")


def test_the_number_of_queries_does_not_grow(twittner: Phone, bob: Account) -> None:
    for _ in range(20):
        graph.follow(AccountFactory().pk, bob.pk, Actor(AccountFactory().pk, "test"))
    phone = twittner(bob)

    for size in (1, 20):
        Notice.objects.update(seen=False)
        with CaptureQueriesContext(connection) as queries:
            assert len(told(phone, page_size=size)) == size
        assert len(queries) == 4  # session, notices, people, marking them as seen
