"""Notifications, their groups and policy, and how far they were read, to the letter (mastodon.md §3.6 to §4.5)."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.notices import policies
from tests.compat_mastodon import reference_notifications as reference
from tests.compat_mastodon.conftest import Clients, Mastodon
from tests.compat_mastodon.golden_files import check, golden

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"

pytestmark = pytest.mark.usefixtures("noon")


def test_notification(mastodon: Clients, dora: Account, alice: Account, bob: Account, carol: Account) -> None:
    """Of a follower, of a request, of a follower whom the policy keeps aside, and of ties that were cut."""
    policies.change_policy(alice.pk, for_not_following="filter")
    for target in (bob, carol, alice):
        graph.follow(dora.pk, target.pk, Actor(dora.pk, "test"))
    (follow,), (request,) = (mastodon(account).get(V1).json() for account in (bob, carol))
    (filtered,) = mastodon(alice).get(f"{V1}?include_filtered=true").json()

    golden("notification", follow, notice=follow["id"], dora=dora.pk)
    golden("notification_of_a_request", request, notice=request["id"], dora=dora.pk)
    golden("filtered_notification", filtered, notice=filtered["id"], dora=dora.pk)
    severed = blocks_a_server(mastodon(alice), alice).get(V1).json()[0]
    golden("notification_of_severed_relationships", severed | {"account": {}}, notice=severed["id"])
    check(reference.Notification, follow, request, filtered, severed)


def blocks_a_server(client: Mastodon, owner: Account) -> Mastodon:
    """The client, after its owner lost somebody by it."""
    lost = Account.objects.create(username="lost", domain="lost.example")
    graph.follow(owner.pk, lost.pk, Actor(owner.pk, "test"))
    graph.accept(lost.pk, owner.pk, Actor(lost.pk, "test"))
    client.post("/api/v1/domain_blocks", {"domain": "lost.example"})
    return client


def test_grouped_notifications(mastodon: Clients, alice: Account, dora: Account, bob: Account, carol: Account) -> None:
    """Two followers in one group; each one's card is whole, or the older one's is not."""
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(dora.pk, bob.pk, Actor(dora.pk, "test"))
    graph.follow(dora.pk, carol.pk, Actor(dora.pk, "test"))
    newer, older = (entity["id"] for entity in mastodon(bob).get(V1).json())
    (request,) = (entity["id"] for entity in mastodon(carol).get(V1).json())
    words = {"alice": alice.pk, "dora": dora.pk, "newer": newer, "older": older}
    client = mastodon(bob)
    whole, partial, empty = (
        client.get(f"{V2}{query}").json() for query in ("", "?expand_accounts=partial_avatars", "?max_id=1")
    )
    one = client.get(f"{V2}/{whole['notification_groups'][0]['group_key']}").json()
    requests = mastodon(carol).get(V2).json()

    golden("grouped_notifications", requests, dora=dora.pk, notice=request)
    golden("grouped_notifications_with_partial_avatars", partial, **words)
    golden("notification_group", one["notification_groups"][0], **words)
    severed = blocks_a_server(mastodon(alice), alice).get(V2).json()
    check(reference.GroupedNotifications, whole, partial, empty, one, requests, severed)


def test_notification_policy(mastodon: Clients, alice: Account) -> None:
    second, first = (mastodon(alice).get(f"{path}/policy").json() for path in (V2, V1))

    golden("notification_policy", second)
    golden("notification_policy_v1", first)
    check(reference.NotificationPolicy, second)
    check(reference.NotificationPolicyV1, first)


def test_notification_request(mastodon: Clients, alice: Account, dora: Account) -> None:
    policies.change_policy(alice.pk, for_not_following="filter")
    graph.follow(dora.pk, alice.pk, Actor(dora.pk, "test"))
    (entry,) = mastodon(alice).get(f"{V1}/requests").json()

    golden("notification_request", entry, notice=entry["id"], dora=dora.pk)
    check(reference.NotificationRequest, entry, never={"last_status not null"})


def test_unread_count_and_merged_requests(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    unread, merged = (mastodon(alice).get(f"{V1}/{path}").json() for path in ("unread_count", "requests/merged"))

    golden("unread_count", unread)
    golden("merged_requests", merged)
    check(reference.UnreadCount, unread)
    check(reference.MergedRequests, merged)


def test_markers(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    path = "/api/v1/markers?timeline[]=home&timeline[]=notifications"
    none = client.get(path).json()
    client.post("/api/v1/markers", {"home": {"last_read_id": "456"}, "notifications": {"last_read_id": "7"}})
    both = client.get(path).json()

    golden("markers", both)
    check(reference.Markers, none, both)
