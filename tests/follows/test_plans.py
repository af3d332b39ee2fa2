"""PostgreSQL reads every list by its index: nothing is scanned whole and nothing is sorted."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import counts
from accounts.models import Account
from compat_mastodon import bearer
from follows import blocks_and_mutes, policy, queries, queue, relationships
from follows.models import Block, Follow, Mute, Notice
from follows.notices import inbox
from follows.paging import Window
from tests.factories import AccountFactory

PAGE = Window(40)
BELOW = Window(40, from_below=True)
MANY = 1_500  # rows of the one account that the lists are of; more than a planner would rather scan

BIG = {model._meta.db_table for model in (Account, Block, Follow, Mute, Notice)}

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

READS: dict[str, Callable[[int, int, int], Any]] = {
    "requests": lambda me, you, deep: queries.requests_to(me, PAGE),
    "requests, deep": lambda me, you, deep: queries.requests_to(me, Window(40, before=deep)),
    "requests, from below": lambda me, you, deep: queries.requests_to(me, Window(40, after=deep, from_below=True)),
    "followers, for anybody": lambda me, you, deep: queries.followers_of(me, None, PAGE),
    "followers, for a viewer": lambda me, you, deep: queries.followers_of(me, you, PAGE),
    "followers, from below": lambda me, you, deep: queries.followers_of(me, you, BELOW),
    "following": lambda me, you, deep: queries.following_of(me, you, PAGE),
    "following, from below": lambda me, you, deep: queries.following_of(me, you, BELOW),
    "visibility of the lists": lambda me, you, deep: policy.check_lists_visible(me, you),
    "relationships": lambda me, you, deep: relationships.many(me, range(me + 1, me + 41)),
    "people": lambda me, you, deep: queries.people(range(me, me + 40)),
    "own account": lambda me, you, deep: queries.own(me),
    "blocks": lambda me, you, deep: blocks_and_mutes.blocked_by(me, PAGE),
    "blocks, from below": lambda me, you, deep: blocks_and_mutes.blocked_by(me, BELOW),
    "mutes": lambda me, you, deep: blocks_and_mutes.muted_by(me, PAGE),
    "mutes, from below": lambda me, you, deep: blocks_and_mutes.muted_by(me, BELOW),
    "newest request": lambda me, you, deep: queue.newest(me),
    "newer requests": lambda me, you, deep: queue.newer(me, deep),
    "notices": lambda me, you, deep: inbox.notices(me, inbox.Choice((Notice.Kind.REQUESTED,)), PAGE),
    "other servers": lambda me, you, deep: counts.domains(),
    "token": lambda me, you, deep: bearer.find("unknown"),
}


@pytest.fixture
def cast(db: None) -> tuple[int, int, int]:
    """An account with a long list of each kind, and one that looks at them, with fresh statistics."""
    if connection.vendor != "postgresql":
        pytest.skip("plans are PostgreSQL's")
    me = AccountFactory(locked=True).pk
    name = Account.objects.get(pk=me).username
    call_command("seed", accounts=10 * MANY, requests=4 * MANY, follows=10 * MANY, locked_account=name, verbosity=0)
    crowd = list(Account.objects.filter(pk__gt=me).order_by("pk").values_list("pk", flat=True)[: 2 * MANY])
    asked, others = crowd[:MANY], crowd[MANY:]
    Follow.objects.bulk_create(Follow(follower_id=me, target_id=other, accepted_at=LONG_AGO) for other in others)
    asking = set(Follow.objects.filter(target=me).values_list("follower_id", flat=True))
    Follow.objects.bulk_create(
        Follow(follower_id=other, target_id=me, accepted_at=LONG_AGO) for other in others if other not in asking
    )
    for to, ends in ((others, asked), (asked, others), ([me], asked)):  # the lists of many, among them ours
        pairs = [(one, end) for one in to[:100] for end in ends[: MANY if one == me else 50]]
        Block.objects.bulk_create([Block(blocker_id=a, target_id=b) for a, b in pairs], ignore_conflicts=True)
        Mute.objects.bulk_create([Mute(muter_id=a, target_id=b) for a, b in pairs], ignore_conflicts=True)
        Notice.objects.bulk_create(
            [Notice(recipient_id=a, actor_id=b, kind=Notice.Kind.REQUESTED) for a, b in pairs], ignore_conflicts=True
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    deep = Follow.objects.pending().filter(target=me).order_by("pk")[2 * MANY].pk
    return me, others[-1], deep


def test_every_list_is_read_by_its_index(cast: tuple[int, int, int]) -> None:
    wrong = {}
    for name, read in READS.items():
        with CaptureQueriesContext(connection) as captured:
            read(*cast)
        assert captured.captured_queries, name
        for query in captured.captured_queries:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                (plan,) = cursor.fetchone()
            found = [node for node in nodes(plan[0]["Plan"]) if is_wrong(node)]
            if found:
                wrong[name] = [(node["Node Type"], node.get("Relation Name")) for node in found]

    assert wrong == {}


def is_wrong(node: dict[str, Any]) -> bool:
    """A sort, or a scan of a table that is not nearly empty."""
    if node["Node Type"] == "Seq Scan":
        return bool(node["Plan Rows"] > 10 or node["Relation Name"] in BIG)
    return node["Node Type"] in {"Sort", "Incremental Sort"}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
