"""A block of a whole server tells its owner what it cut (mastodon.md §4.5)."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.push import sending
from follows import domains, graph, leaving
from follows.models import DomainBlock, Notice
from follows.notices.delivery import Told
from tests.compat_mastodon.conftest import Clients
from tests.compat_mastodon.streams import Person, heard
from tests.compat_mastodon.test_push_delivery import service, subscribe
from tests.factories import AccountFactory
from tests.push_service import PushService
from tests.servers import Live

__all__ = ["service"]
BLOCKS, NOTIFICATIONS = "/api/v1/domain_blocks", "/api/v1/notifications"


def follow(follower: Account, target: Account) -> None:
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


def follow_there(follower: Account, target: Account) -> None:
    """Somebody of another server, who has to accept."""
    follow(follower, target)
    graph.accept(target.pk, follower.pk, Actor(target.pk, "test"))


@pytest.fixture
def ties(alice: Account) -> list[Account]:
    """Alice is followed by two people of other.example and follows three; one is both. One more asked her."""
    others = [Account.objects.create(username=f"p{number}", domain="other.example") for number in range(5)]
    for follower in others[:2]:
        follow(follower, alice)
    for target in others[1:4]:
        follow_there(alice, target)
    people.change(alice.pk, locked=True)
    follow(others[4], alice)
    return others


def test_the_owner_is_told_how_many_ties_were_cut(mastodon: Clients, alice: Account, ties: list[Account]) -> None:
    client = mastodon(alice)
    preview = client.get(f"{BLOCKS}/preview", {"domain": "other.example"}).json()
    assert client.post(BLOCKS, {"domain": "other.example"}).status_code == 200
    (told,) = client.get(NOTIFICATIONS).json()
    notice = Notice.objects.get(recipient=alice, kind=Notice.Kind.SEVERED)

    assert told == {
        "id": str(notice.pk),
        "type": "severed_relationships",
        "created_at": told["created_at"],
        "group_key": f"ungrouped-{notice.pk}",
        "account": client.get(f"/api/v1/accounts/{alice.pk}").json(),
        "event": {
            "id": str(notice.pk),
            "type": "user_domain_block",
            "purged": False,
            "target_name": "other.example",
            "followers_count": 2,
            "following_count": 3,
            "created_at": told["created_at"],
        },
    }
    assert list(told) == ["id", "type", "created_at", "group_key", "account", "event"]
    assert preview == {"following_count": 3, "followers_count": 2}
    assert client.get(f"{NOTIFICATIONS}/{notice.pk}").json() == told


def test_it_is_a_group_of_its_own(mastodon: Clients, alice: Account, ties: list[Account]) -> None:
    client = mastodon(alice)
    client.post(BLOCKS, {"domain": "other.example"})
    event = client.get(NOTIFICATIONS).json()[0]["event"]
    body = client.get("/api/v2/notifications").json()
    (group,) = body["notification_groups"]

    assert (group["type"], group["notifications_count"], group["event"]) == ("severed_relationships", 1, event)
    assert (group["group_key"], group["sample_account_ids"]) == (f"ungrouped-{event['id']}", [str(alice.pk)])
    assert [account["id"] for account in body["accounts"]] == [str(alice.pk)]
    one = client.get(f"/api/v2/notifications/{group['group_key']}").json()
    assert one["notification_groups"][0]["event"] == event


def test_it_is_chosen_counted_and_dismissed_as_others_are(
    mastodon: Clients, alice: Account, bob: Account, ties: list[Account]
) -> None:
    client = mastodon(alice)
    client.post(BLOCKS, {"domain": "other.example"})
    follow(bob, alice)
    kinds = lambda **query: [told["type"] for told in client.get(NOTIFICATIONS, query).json()]  # noqa: E731

    assert kinds() == ["follow_request", "severed_relationships"]
    assert kinds(**{"types[]": "severed_relationships"}) == ["severed_relationships"]
    assert kinds(**{"exclude_types[]": "severed_relationships"}) == ["follow_request"]
    assert client.get(f"{NOTIFICATIONS}/unread_count").json() == {"count": 2}
    assert client.post(f"{NOTIFICATIONS}/{Notice.objects.get(domain='other.example').pk}/dismiss").json() == {}
    assert kinds() == ["follow_request"]


def test_nobody_is_told_of_nothing(mastodon: Clients, alice: Account, ties: list[Account]) -> None:
    client = mastodon(alice)
    client.post(BLOCKS, {"domain": "empty.example"})
    assert client.get(NOTIFICATIONS, {"types[]": "severed_relationships"}).json() == []

    for person in ties[:4]:
        graph.unfollow(person.pk, alice.pk, Actor(person.pk, "test"))
        graph.unfollow(alice.pk, person.pk, Actor(alice.pk, "test"))
    client.post(BLOCKS, {"domain": "other.example"})  # only a request is left
    assert client.get(NOTIFICATIONS).json() == []


def test_a_block_that_is_repeated_tells_nothing_anew(mastodon: Clients, alice: Account, ties: list[Account]) -> None:
    client = mastodon(alice)
    for domain in ("other.example", "OTHER.example."):
        client.post(BLOCKS, {"domain": domain})

    assert len(client.get(NOTIFICATIONS).json()) == 1


def test_each_server_is_told_of_and_the_latest_block_of_each(
    mastodon: Clients, alice: Account, ties: list[Account]
) -> None:
    follow(Account.objects.create(username="x", domain="third.example"), alice)
    graph.accept(alice.pk, Account.objects.get(username="x").pk, Actor(alice.pk, "test"))
    client = mastodon(alice)
    client.post(BLOCKS, {"domain": "other.example"})
    client.post(BLOCKS, {"domain": "third.example"})
    client.delete(BLOCKS, {"domain": "other.example"})
    follow_there(alice, ties[0])
    client.post(BLOCKS, {"domain": "other.example"})
    events = [told["event"] for told in client.get(NOTIFICATIONS, {"types[]": "severed_relationships"}).json()]

    counts = [(event["target_name"], event["followers_count"], event["following_count"]) for event in events]
    assert counts == [("other.example", 0, 1), ("third.example", 1, 0)]


def test_it_is_told_together_with_the_block(alice: Account, ties: list[Account], monkeypatch: Any) -> None:
    """A server that dies while it cuts has told what it is about to cut, and is not told again."""

    def dies(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(graph, "turn_away", dies)
        with pytest.raises(ZeroDivisionError):
            domains.block(alice.pk, "other.example", Actor(alice.pk, "test"))
    assert DomainBlock.objects.exists()
    domains.block(alice.pk, "other.example", Actor(alice.pk, "test"))

    assert domains.ties(alice.pk, "other.example") == (0, 0)
    (notice,) = Notice.objects.filter(recipient=alice, kind=Notice.Kind.SEVERED)
    assert (notice.followers_lost, notice.following_lost) == (2, 3)


def test_it_is_pushed_to_who_wants_it(service: PushService, alice: Account, ties: list[Account]) -> None:
    subscribe(alice, service, {"severed_relationships": True})
    domains.block(alice.pk, "other.example", Actor(alice.pk, "test"))
    sending.deliver(Told(alice.pk, alice.pk, Notice.Kind.SEVERED))

    message = service.wait().message
    assert message["notification_type"] == "severed_relationships"
    assert message["title"] == "Lost connections with other.example"
    assert message["body"] == "You blocked this server. Followers removed: 2. Accounts you followed: 3."


@pytest.mark.django_db
def test_it_is_told_to_an_open_stream(live: Live) -> None:
    carol = Person(live)
    with live.database():
        remote = Account.objects.create(username=f"eve{carol.account.pk}", domain="far.example")
        follow(remote, carol.account)
    with carol.listen() as stream:
        with live.database():
            Notice.objects.filter(recipient=carol.account).delete()
        carol.call("POST", f"{BLOCKS}?domain=far.example")
        told = json.loads(heard(stream)["payload"])

    assert told["type"] == "severed_relationships"
    assert told["event"]["followers_count"] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"kind": Notice.Kind.SEVERED},
        {"kind": Notice.Kind.FOLLOWED},
        {"kind": Notice.Kind.SEVERED, "domain": "other.example"},
        {"kind": Notice.Kind.FOLLOWED, "domain": "other.example", "followers_lost": 1, "following_lost": 1},
    ],
)
def test_the_database_knows_which_notices_are_of_oneself(alice: Account, values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(recipient=alice, actor=alice, **values)
    other = AccountFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            recipient=alice, actor=other, kind=Notice.Kind.SEVERED, domain="x", followers_lost=1, following_lost=1
        )


def test_a_leaving_account_takes_it_along(alice: Account, ties: list[Account]) -> None:
    domains.block(alice.pk, "other.example", Actor(alice.pk, "test"))
    leaving.delete_account(alice.pk)

    assert not Notice.objects.filter(domain="other.example").exists()
