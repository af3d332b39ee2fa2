"""What becomes of follows, requests, blocks, notifications and reports."""

from collections.abc import Callable
from datetime import UTC, datetime

from accounts.models import Account
from follows import tallies
from follows.models import Block, Follow, Notice, Report, Tally
from tests.compat_twittner.colibri.conftest import Told
from tests.compat_twittner.colibri.dumps import Network
from tests.compat_twittner.conftest import Twittner

Importing = Callable[..., Told]
Kind = Notice.Kind


def edges() -> dict[int, tuple[int, int, bool]]:
    """The follows and requests, by the id of the row."""
    rows = Follow.objects.values_list("pk", "follower_id", "target_id", "accepted_at")
    return {pk: (follower, target, accepted is not None) for pk, follower, target, accepted in rows}


def test_requests_keep_the_ids_that_phones_hold(
    importing: Importing, network: Network, twittner: Callable[..., Twittner]
) -> None:
    importing(network)
    cem = twittner(Account.objects.get(username="cem"))
    (waiting,) = cem.get("follow_requests")["data"]
    assert (waiting["offset_id"], waiting["id"]) == (77, 1)
    assert cem.post("accept_follow", req_id=77)["code"] == 200
    assert max(edges()) > 77  # an accepted request has a new row, and no id comes twice
    assert Follow.objects.get(follower=1, target=2).created_at == datetime.fromtimestamp(1650000000, UTC)


def test_counters_are_counted_and_never_taken(importing: Importing, network: Network) -> None:
    importing(network)
    counted = Tally.objects.order_by("pk").values_list("account", "followers", "following", "requests")
    assert list(counted) == [(1, 1, 1, 0), (2, 1, 2, 0), (3, 1, 0, 1)]
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_what_cannot_be_a_follow_is_left_out_and_told(importing: Importing, network: Network) -> None:
    oneself, orphan, nobody = network.follow(1, 1), network.follow(1, 99), network.follow(0, 2)
    twin = network.follow(1, 2)
    late_request = network.follow(2, 1, status="pending")
    network.follow(1, 3)  # accepted; the request 77 is another row of the pair
    told = importing(network)

    assert told.first("connection_of_oneself") == [oneself]
    assert told.first("connection_without_account") == [orphan, nobody]
    assert told.first("connection_twice") == [77, twin, late_request]
    assert edges() == {1: (1, 2, True), 2: (2, 1, True), 3: (2, 3, True), 83: (1, 3, True)}


def test_a_block_ends_both_directions(importing: Importing, network: Network) -> None:
    kept = network.add("cl_blocks", user_id=1, profile_id=2)
    twin, oneself = network.add("cl_blocks", user_id=1, profile_id=2), network.add("cl_blocks", user_id=3, profile_id=3)
    orphan = network.add("cl_blocks", user_id=3, profile_id=99)
    network.add("cl_notifications", notifier_id=1, recipient_id=2, subject="subscribe")
    told = importing(network)

    assert list(Block.objects.values_list("blocker", "target")) == [(1, 2)]
    assert edges().keys() == {3, 77}
    assert not Notice.objects.exists()
    assert told.first("connection_between_blocked") == [1, 2]
    assert told.first("block_twice") == [twin]
    assert told.first("block_of_oneself") == [oneself]
    assert told.first("block_without_account") == [orphan]
    assert told["tables"]["cl_blocks"] == {"read": 4, "imported": 1, "skipped": 3}
    assert kept == 1


def test_notifications_keep_their_ids_and_what_was_seen(
    importing: Importing, network: Network, twittner: Callable[..., Twittner]
) -> None:
    tell = network.add
    tell("cl_notifications", id=5, notifier_id=2, recipient_id=1, subject="subscribe", entry_id=2, status="1")
    tell("cl_notifications", id=8, notifier_id=1, recipient_id=3, subject="subscribe_request", entry_id=1)
    tell("cl_notifications", id=9, notifier_id=3, recipient_id=2, subject="subscribe_accept", entry_id=3)
    tell("cl_notifications", id=10, notifier_id=2, recipient_id=3, subject="subscribe_request", entry_id=2)  # answered
    tell("cl_notifications", id=11, notifier_id=2, recipient_id=1, subject="like", entry_id=4)
    tell("cl_notifications", id=12, notifier_id=99, recipient_id=1, subject="subscribe", entry_id=99)
    tell("cl_notifications", id=13, notifier_id=2, recipient_id=1, subject="subscribe", entry_id=2)  # told again
    told = importing(network)

    rows = Notice.objects.order_by("pk").values_list("pk", "actor", "recipient", "kind", "seen")
    assert list(rows) == [
        (8, 1, 3, Kind.REQUESTED, False),
        (9, 3, 2, Kind.ACCEPTED, False),
        (13, 2, 1, Kind.FOLLOWED, False),
    ]
    assert told.first("notification_answered") == [10]
    assert told.first("notification_of_another_subject") == [11]
    assert told.first("notification_without_account") == [12]
    assert told.first("notification_twice") == [5]
    (shown,) = twittner(Account.objects.get(pk=3)).get("get_notifications", type="notifs")["data"]
    assert (shown["id"], shown["subject"], shown["user_id"]) == (8, "subscribe_request", 1)


def test_reports_wait_for_moderators_and_the_later_stays(importing: Importing, network: Network) -> None:
    early = network.add("cl_profile_reports", user_id=1, profile_id=2, reason=1, comment="early")
    network.add("cl_profile_reports", user_id=1, profile_id=2, reason=3, comment="&lt;" + "x" * 2999)
    odd = network.add("cl_profile_reports", user_id=2, profile_id=3, reason=0, comment="?", seen="1")
    network.add("cl_profile_reports", user_id=2, profile_id=98)
    told = importing(network)

    first, second = Report.objects.order_by("pk")
    assert (first.reporter_id, first.target_id, first.reason, len(first.comment)) == (1, 2, 3, 3000)
    assert first.comment.startswith("<xx")
    assert (second.reason, second.closed_at is not None) == (6, True)
    assert told.first("report_twice") == [early]
    assert told.first("report_without_reason") == [odd]
    assert told.kinds["report_without_account"] == 1


def test_new_rows_have_ids_above_all_of_the_dump(importing: Importing, network: Network) -> None:
    network.user("zoe", id=5000)
    network.follow(5000, 1, id=9000)
    importing(network)
    from accounts.access import Actor
    from follows import graph
    from tests.factories import AccountFactory

    newcomer = AccountFactory()
    graph.follow(newcomer.pk, 1, Actor(newcomer.pk, "test"))
    assert newcomer.pk > 5000
    assert Follow.objects.get(follower=newcomer).pk > 9000
