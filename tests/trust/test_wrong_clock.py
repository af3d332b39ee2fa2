"""For a minute the clock was wrong. Afterwards everything goes on as if it had not been."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts import access, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from compat_twittner import entities
from config.cache import SharedFile
from follows import graph, queries
from follows.models import FollowRequest, Notice
from follows.notices import inbox
from follows.notices.inbox import Choice
from follows.paging import Window
from tests.factories import AccountFactory
from tests.moderation import Desk

WRONG = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))
Clock = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(params=WRONG, ids=lambda moment: str(moment.year))
def wrong_clock(request: pytest.FixtureRequest) -> Clock:
    return lambda: time_machine.travel(request.param, tick=False)


def follow(target: Account) -> Account:
    follower: Account = AccountFactory()
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    return follower


def sizes_of_groups(account: Account) -> list[int]:
    return [group.size for group in inbox.groups(account.pk, Choice(tuple(Notice.Kind)), Window(40)).rows]


def test_new_followers_are_told_in_groups_of_half_a_day(alice: Account, wrong_clock: Clock) -> None:
    noon = datetime(2026, 8, 21, 12, tzinfo=UTC)
    with wrong_clock():
        follow(alice)
    for hours in (0, 1, 11, 20, 21):
        with time_machine.travel(noon + timedelta(hours=hours), tick=False):
            follow(alice)

    assert sizes_of_groups(alice) == [2, 3, 1]


def test_when_an_account_was_active_is_right_again(alice: Account, wrong_clock: Clock) -> None:
    with wrong_clock():
        access.touch(alice.pk, alice.last_active_at)
    alice.refresh_from_db()
    access.touch(alice.pk, alice.last_active_at)
    alice.refresh_from_db()

    assert abs(timezone.now() - alice.last_active_at) < timedelta(minutes=5)


def test_accounts_that_are_not_used_again_leave_the_top_of_the_directory(alice: Account, bob: Account) -> None:
    with time_machine.travel(WRONG[1], tick=False):
        access.touch(alice.pk, alice.last_active_at)

    assert access.forget_the_future() == 1
    alice.refresh_from_db()
    assert abs(timezone.now() - alice.last_active_at) < timedelta(minutes=5)


def test_phones_stay_signed_in(alice: Account) -> None:
    with time_machine.travel(WRONG[1], tick=False):
        tokens = sessions.open_session(alice.pk, Platform.IOS)

    assert sessions.resolve(tokens.token)
    assert entities.auth(tokens)["auth_token_expiry"] < 2**31


def test_a_phone_that_signed_in_long_ago_gets_a_new_session_for_its_token(alice: Account) -> None:
    with time_machine.travel(WRONG[0], tick=False):
        tokens = sessions.open_session(alice.pk, Platform.IOS)

    assert sessions.resolve(sessions.refresh(tokens.refresh_token).token)


def test_what_was_kept_is_counted_anew(tmp_path: Path) -> None:
    cache = SharedFile(str(tmp_path / "cache.sqlite3"), {})
    with time_machine.travel(WRONG[1], tick=False):
        cache.set("counts:local", 7, 300)
        cache.add("recent", 1, 300)

    assert cache.get("counts:local") is None
    assert cache.add("recent", 2, 300)
    assert cache.get("recent") == 2


def test_requests_stay_in_the_order_of_asking(
    alice: Account, bob: Account, carol: Account, moderator: Account, wrong_clock: Clock
) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    with wrong_clock():
        graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    third = AccountFactory()
    graph.follow(third.pk, carol.pk, Actor(third.pk, "test"))
    order = [third.pk, bob.pk, alice.pk]

    assert [key.account for key in queries.requests_to(carol.pk, Window(10)).rows] == order
    rows: list[FollowRequest] = Desk(moderator).rows("follows_followrequest")
    assert [row.follower_id for row in rows] == order
