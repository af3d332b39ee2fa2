"""New followers as groups (mastodon.md §3.7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Notice
from tests.factories import AccountFactory

LIST = "/api/v2/notifications"
NOON = datetime(2026, 8, 21, 12, 30, tzinfo=UTC)
HOUR = int(NOON.timestamp()) // 3600


def follow(*followers: Account, target: Account, hours: float = 0) -> None:
    with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
        for follower in followers:
            graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [group["group_key"] for group in answer.json()["notification_groups"]]


@pytest.fixture
def two(alice: Account, mallory: Account, bob: Account) -> list[str]:
    """alice, then mallory follow bob; the ids of the two notices."""
    follow(alice, mallory, target=bob)
    return [str(notice) for notice in Notice.objects.order_by("pk").values_list("pk", flat=True)]


def test_new_followers_are_one_group(
    mastodon: Any, alice: Account, mallory: Account, bob: Account, two: list[str]
) -> None:
    answer = mastodon(bob).get(LIST).json()

    assert list(answer) == ["accounts", "statuses", "notification_groups"]
    assert {account["username"] for account in answer["accounts"]} == {"alice", "mallory"}
    assert answer["notification_groups"] == [
        {
            "group_key": f"follow-{HOUR}",
            "notifications_count": 2,
            "type": "follow",
            "most_recent_notification_id": int(two[1]),
            "page_min_id": two[0],
            "page_max_id": two[1],
            "latest_page_notification_at": "2026-08-21T12:30:00.000Z",
            "sample_account_ids": [str(mallory.pk), str(alice.pk)],
        }
    ]


def test_a_group_is_at_most_half_a_day_long(mastodon: Any, bob: Account) -> None:
    for hours in (0, 11, 12, 23.4, 24):
        follow(AccountFactory(), target=bob, hours=hours)

    assert keys(mastodon(bob).get(LIST)) == [f"follow-{HOUR + 24}", f"follow-{HOUR + 12}", f"follow-{HOUR}"]


def test_requests_are_never_grouped(mastodon: Any, alice: Account, bob: Account, carol: Account) -> None:
    follow(alice, bob, target=carol)
    answer = mastodon(carol).get(LIST).json()["notification_groups"]

    assert [group["group_key"] for group in answer] == [
        f"ungrouped-{group['most_recent_notification_id']}" for group in answer
    ]
    assert {group["type"] for group in answer} == {"follow_request"}


def test_a_client_may_leave_followers_ungrouped(mastodon: Any, bob: Account, two: list[str]) -> None:
    answer = mastodon(bob).get(f"{LIST}?grouped_types[]=favourite")

    assert keys(answer) == [f"ungrouped-{two[1]}", f"ungrouped-{two[0]}"]
    assert keys(mastodon(bob).get(f"{LIST}?grouped_types[]=follow")) == [f"follow-{HOUR}"]


def test_eight_of_many_are_named(mastodon: Any, bob: Account) -> None:
    followers = [AccountFactory() for _ in range(10)]
    follow(*followers, target=bob)
    (group,) = mastodon(bob).get(LIST).json()["notification_groups"]

    assert group["notifications_count"] == 10
    assert group["sample_account_ids"] == [str(account.pk) for account in followers[:1:-1]]


def test_partial_avatars_are_all_but_the_newest_of_each_group(
    mastodon: Any, alice: Account, mallory: Account, bob: Account, two: list[str]
) -> None:
    answer = mastodon(bob).get(f"{LIST}?expand_accounts=partial_avatars").json()

    assert list(answer) == ["accounts", "partial_accounts", "statuses", "notification_groups"]
    assert [account["username"] for account in answer["accounts"]] == ["mallory"]
    (partial,) = answer["partial_accounts"]
    assert list(partial) == ["id", "acct", "locked", "bot", "url", "avatar", "avatar_static", "avatar_description"]
    assert partial["acct"] == "alice"


def test_another_expansion_is_400(mastodon: Any, bob: Account) -> None:
    answer = mastodon(bob).get(f"{LIST}?expand_accounts=none")

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Invalid value for 'expand_accounts': 'none', allowed values are 'full' and 'partial_avatars'"
    }


def test_pages_of_groups(mastodon: Any, bob: Account, carol: Account) -> None:
    for hours in (0, 12, 24):
        follow(AccountFactory(), AccountFactory(), target=bob, hours=hours)
    client = mastodon(bob)
    first = client.get(f"{LIST}?limit=2")
    head = first.json()["notification_groups"]

    assert keys(first) == [f"follow-{HOUR + 24}", f"follow-{HOUR + 12}"]
    assert first.headers["Link"] == (
        f'<http://testserver{LIST}?limit=2&max_id={head[1]["most_recent_notification_id"]}>; rel="next", '
        f'<http://testserver{LIST}?limit=2&min_id={head[0]["most_recent_notification_id"]}>; rel="prev"'
    )
    oldest = Notice.objects.order_by("pk").values_list("pk", flat=True)[1]
    assert keys(client.get(f"{LIST}?limit=1&min_id={oldest}")) == [f"follow-{HOUR + 12}"]
    assert keys(client.get(f"{LIST}?max_id={oldest + 1}")) == [f"follow-{HOUR}"]
    assert keys(client.get(f"{LIST}?max_id=1")) == []


def test_one_group_has_no_page(mastodon: Any, bob: Account, carol: Account, two: list[str]) -> None:
    answer = mastodon(bob).get(f"{LIST}/follow-{HOUR}").json()["notification_groups"]

    assert [list(group) for group in answer] == [
        ["group_key", "notifications_count", "type", "most_recent_notification_id", "sample_account_ids"]
    ]
    assert mastodon(bob).get(f"{LIST}/ungrouped-{two[0]}").status_code == 200


@pytest.mark.parametrize("key", ["follow-1", "ungrouped-2147483647", "nonsense", "follow-", "favourite-1-2", "-1"])
def test_an_unknown_group_is_404_but_may_be_dismissed(mastodon: Any, bob: Account, two: list[str], key: str) -> None:
    client = mastodon(bob)

    assert client.get(f"{LIST}/{key}").json() == {"error": "Record not found"}
    dismissed = client.post(f"{LIST}/{key}/dismiss")
    assert (dismissed.status_code, dismissed.json()) == (200, {})
    assert client.get(f"{LIST}/{key}/accounts").json() == []
    assert len(keys(client.get(LIST))) == 1


def test_dismissing_a_group_takes_all_of_it(
    mastodon: Any, bob: Account, alice: Account, carol: Account, two: list[str]
) -> None:
    follow(bob, target=carol)
    assert mastodon(carol).post(f"{LIST}/follow-{HOUR}/dismiss").json() == {}
    assert mastodon(bob).post(f"{LIST}/follow-{HOUR}/dismiss").json() == {}

    assert keys(mastodon(bob).get(LIST)) == []
    assert len(keys(mastodon(carol).get(LIST))) == 1


def test_a_request_is_dismissed_by_its_key(mastodon: Any, bob: Account, carol: Account) -> None:
    follow(bob, target=carol)
    client = mastodon(carol)
    (key,) = keys(client.get(LIST))

    assert client.post(f"{LIST}/{key}/dismiss").json() == {}
    assert keys(client.get(LIST)) == []


def test_the_accounts_of_a_group_come_in_pages(mastodon: Any, bob: Account, two: list[str]) -> None:
    client = mastodon(bob)
    path = f"{LIST}/follow-{HOUR}/accounts"
    first = client.get(f"{path}?limit=1")

    assert [account["username"] for account in first.json()] == ["mallory"]
    assert first.headers["Link"] == (
        f'<http://testserver{path}?limit=1&max_id={two[1]}>; rel="next", '
        f'<http://testserver{path}?limit=1&min_id={two[1]}>; rel="prev"'
    )
    assert [account["username"] for account in client.get(f"{path}?max_id={two[1]}").json()] == ["alice"]
    one = f"{LIST}/ungrouped-{two[0]}/accounts"
    assert [account["username"] for account in client.get(one).json()] == ["alice"]
    assert client.get(f"{one}?max_id={two[0]}").json() == []


def test_unread_groups_are_counted_once(mastodon: Any, alice: Account, bob: Account, two: list[str]) -> None:
    client = mastodon(bob)

    assert client.get(f"{LIST}/unread_count").json() == {"count": 1}
    assert client.get(f"{LIST}/unread_count?grouped_types[]=favourite").json() == {"count": 2}
    client.post("/api/v1/markers", {"notifications": {"last_read_id": two[1]}})
    assert client.get(f"{LIST}/unread_count").json() == {"count": 0}
