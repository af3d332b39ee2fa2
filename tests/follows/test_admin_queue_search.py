"""Finding requests in the queue: search, filters and their counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import bounded_lists, people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Follow, FollowRequest
from tests.factories import AccountFactory
from tests.moderation import Desk

QUEUE = "follows_followrequest"


@pytest.fixture
def desk(moderator: Account) -> Desk:
    return Desk(moderator)


def ask(follower: Account, target: Account) -> int:
    """The id of a new request."""
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    return FollowRequest.objects.get(follower=follower, target=target).pk


@pytest.mark.parametrize("text", ["ali", "ALICE", "alice adams", "@alice", "alice@testserver", "carol", " Carol Cl"])
def test_a_request_is_found_by_either_end(desk: Desk, text: str, alice: Account, bob: Account, carol: Account) -> None:
    asked = ask(alice, carol)
    ask(bob, AccountFactory(locked=True))

    assert [request.pk for request in desk.rows(QUEUE, q=text)] == [asked]


@pytest.mark.parametrize("text", ["zoe@other.example", "other.example", "@zoe@Other.Example"])
def test_a_request_of_another_server_is_found_by_its_domain(
    desk: Desk, text: str, alice: Account, carol: Account
) -> None:
    zoe = Account.objects.create(username="zoe", domain="other.example")
    ask(alice, carol)
    asked = ask(zoe, carol)

    assert [request.pk for request in desk.rows(QUEUE, q=text)] == [asked]


def test_only_who_may_change_accounts_finds_by_e_mail(
    desk: Desk, root: Account, alice: Account, carol: Account
) -> None:
    ask(alice, carol)

    assert desk.rows(QUEUE, q="alice@example.org") == []
    assert len(Desk(root).rows(QUEUE, q="Alice@Example.org")) == 1


def test_nothing_found_is_an_empty_list(desk: Desk, alice: Account, carol: Account) -> None:
    ask(alice, carol)
    assert desk.rows(QUEUE, q="nobody") == []


def test_requests_are_filtered_by_how_long_they_wait(desk: Desk, carol: Account) -> None:
    for days in (0, 2, 2, 8, 31, 31):
        asked = ask(AccountFactory(), carol)
        Follow.objects.filter(pk=asked).update(created_at=timezone.now() - timedelta(days=days, hours=1))

    assert {waiting: len(desk.rows(QUEUE, waiting=waiting)) for waiting in ("day", "week", "month", "longer")} == {
        "day": 1,
        "week": 2,
        "month": 1,
        "longer": 2,
    }


def test_requests_are_filtered_by_who_asks(desk: Desk, carol: Account) -> None:
    old, new, suspended, bot = (AccountFactory() for _ in range(4))
    remote = Account.objects.create(username="zoe", domain="other.example")
    Account.objects.exclude(pk=new.pk).update(created_at=timezone.now() - timedelta(days=30))
    people.change(bot.pk, bot=True)
    for account in (old, new, suspended, bot, remote):
        ask(account, carol)
    people.suspend(suspended.pk)

    found = {kind: [row.follower for row in desk.rows(QUEUE, requester=kind)] for kind in ("suspended", "new", "bot")}
    assert found == {"suspended": [suspended], "new": [new], "bot": [bot]}
    assert [row.follower for row in desk.rows(QUEUE, requester="remote")] == [remote]
    assert desk.filters(QUEUE)["requester"] == [
        "All",
        "Suspended (1)",
        "Deleted by its owner, not for good yet (0)",
        "Limited (0)",
        "New, under 7 days (1)",
        "Of another server (1)",
        "Bot (1)",
    ]
    assert desk.filters(QUEUE, requester="bot")["age"][:2] == ["All", "Up to a day (1)"]


def test_counts_stop_before_they_take_long(desk: Desk, carol: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lists, "COUNTED", 3)
    for _ in range(4):
        ask(AccountFactory(), carol)

    assert "3+ follow requests" in desk.open(QUEUE).content.decode()
    assert "Up to a day (3+)" in desk.filters(QUEUE)["age"]


def test_a_longer_queue_needs_no_more_queries(desk: Desk, carol: Account, django_assert_max_num_queries: Any) -> None:
    for _ in range(2):
        ask(AccountFactory(), carol)
    with django_assert_max_num_queries(100) as few:
        desk.open(QUEUE, q="person", waiting="day")
    for _ in range(20):
        ask(AccountFactory(), carol)
    with django_assert_max_num_queries(len(few)):
        assert len(desk.rows(QUEUE, q="person", waiting="day")) == 22
