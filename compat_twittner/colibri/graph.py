"""Writes follows, requests, blocks, notices and reports, with the ids that phones hold. Tallies are counted later."""

from collections.abc import Iterable

from django.db.models import Model, Q

from accounts.access import Actor
from accounts.bulk import Row, insert_where_free
from compat_twittner.colibri.report import Report
from compat_twittner.colibri.staging import Batch
from follows import graph, locks
from follows.models import ArrivalReason, Block, Follow, Notice
from follows.models import Report as AccountReport
from follows.notices.making import FOLLOWS, GROUP_HOURS

Kind = Notice.Kind
DOOR = "import"
SOME = 200  # pairs that one statement looks for


def write_blocks(batch: Batch) -> int:
    """Write a batch of blocks. One that is against a follow or request here cuts it, as any block does."""
    cutting = [row for row in batch.rows if Follow.objects.exists() and _is_tied(row["blocker"], row["target"])]
    ids = {(row["blocker"], row["target"]): row["id"] for row in batch.rows}
    with locks.embedded():  # a batch is one transaction
        for row in cutting:
            graph.block(row["blocker"], row["target"], Actor(None, DOOR))
    others = ids.keys() - {(row["blocker"], row["target"]) for row in cutting}
    blocks = [
        {"blocker": row["blocker"], "target": row["target"], "created_at": batch.at(row["at"])}
        for row in batch.rows
        if (row["blocker"], row["target"]) in others
    ]
    taken = [ids[row["blocker"], row["target"]] for row in insert_where_free(Block(), blocks)]
    batch.report.add("block_here_already", taken)
    return len(batch.rows) - len(taken)


def _is_tied(one: int, other: int) -> bool:
    return Follow.objects.filter(Q(follower=one, target=other) | Q(follower=other, target=one)).exists()


def write_connections(batch: Batch) -> int:
    """Write a batch of follows and follow requests."""
    follows = [
        {
            "id": row["id"],
            "follower": row["follower"],
            "target": row["following"],
            "created_at": (began := batch.at(row["at"])),
            "accepted_at": None if row["pending"] else began,
            "reason": ArrivalReason.LOCKED if row["pending"] else None,
        }
        for row in batch.rows
    ]
    return _write(Follow(), follows, "connection", batch.report)


def write_notifications(batch: Batch) -> int:
    """Write a batch of notices. New followers of half a day are one group, as `making` has it."""
    requests = {(row["actor"], row["recipient"]): row["id"] for row in batch.rows if row["kind"] == Kind.REQUESTED}
    waiting = _waiting(requests)
    notices = [
        {
            "id": row["id"],
            "recipient": row["recipient"],
            "actor": row["actor"],
            "kind": row["kind"],
            "seen": bool(row["seen"]),
            "created_at": (told := batch.at(row["at"])),
            "bucket": int(told.timestamp()) // 3600 // GROUP_HOURS * GROUP_HOURS if row["kind"] in FOLLOWS else None,
        }
        for row in batch.rows
        if row["kind"] != Kind.REQUESTED or (row["actor"], row["recipient"]) in waiting
    ]
    batch.report.add("notification_answered", [pk for pair, pk in requests.items() if pair not in waiting])
    return _write(Notice(), notices, "notification", batch.report)


def _waiting(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of some pairs of requester and owner whose request waits here."""
    pairs = list(pairs)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(pairs), SOME):
        followers = {follower for follower, _ in pairs[start : start + SOME]}
        targets = {target for _, target in pairs[start : start + SOME]}
        rows = Follow.objects.pending().filter(follower__in=followers, target__in=targets)
        found.update(rows.values_list("follower_id", "target_id"))
    return found


def write_reports(batch: Batch) -> int:
    """Write a batch of reports. Those that an administrator had seen are closed."""
    reports = [
        {
            "reporter": row["reporter"],
            "target": row["target"],
            "reason": row["reason"],
            "comment": row["comment"],
            "door": DOOR,
            "created_at": (made := batch.at(row["at"])),
            "closed_at": made if row["seen"] else None,
        }
        for row in batch.rows
    ]
    ids = {(row["reporter"], row["target"]): row["id"] for row in batch.rows}
    taken = [ids[row["reporter"], row["target"]] for row in insert_where_free(AccountReport(), reports)]
    batch.report.add("report_here_already", taken)
    return len(batch.rows) - len(taken)


def _write(blank: Model, rows: list[Row], what: str, report: Report) -> int:
    """Insert rows with their ids; where only the id is taken here, with a new one."""
    taken = insert_where_free(blank, rows)
    here = insert_where_free(blank, [_without_id(row) for row in taken])
    still = {_pair(row) for row in here}
    report.add(f"{what}_here_already", _ids(row for row in taken if _pair(row) in still))
    report.add(f"{what}_new_id", _ids(row for row in taken if _pair(row) not in still))
    return len(rows) - len(here)


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def _pair(row: Row) -> tuple[object, ...]:
    return tuple(row.get(name) for name in ("follower", "recipient", "actor", "target", "kind"))


def _ids(rows: Iterable[Row]) -> list[int]:
    return [row["id"] for row in rows]
