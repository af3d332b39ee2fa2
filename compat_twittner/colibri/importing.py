"""An import from beginning to end: read, decide, check, and write in batches.

A stopped import continues after the last batch.

Each batch is one transaction: its rows, their ids among the imported ones, and how far the import has come.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts import bulk, databases
from accounts.lookup import MAX_ID
from accounts.models import Account
from compat_twittner.colibri import deciding, graph, imported, media, people, tables
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.report import Report
from compat_twittner.colibri.staging import Batch, Staging
from compat_twittner.models import ColibriImport
from follows import tallies
from follows.models import Follow, Notice

BATCH = 5_000  # rows in one transaction, and in memory
FEW, TOO_FEW = 100_000_000, 10_000_000  # ids that are left
KEEP_IDS: dict[str, type[Account] | type[Follow] | type[Notice]] = {
    tables.USERS: Account,
    tables.CONNECTIONS: Follow,
    tables.NOTIFICATIONS: Notice,
}

Write = Callable[[Batch], int]
WRITES: dict[str, Write] = {  # in this order: later ones need earlier ones
    tables.USERS: people.write_accounts,
    tables.BLOCKS: graph.write_blocks,
    tables.CONNECTIONS: graph.write_connections,
    tables.NOTIFICATIONS: graph.write_notifications,
    tables.REPORTS: graph.write_reports,
    tables.VERIFICATIONS: people.write_verifications,
    tables.SESSIONS: people.write_sessions,
}
STEPS = [*WRITES, "tallies", "done"]


class TooFewIds(Exception):
    """After the import hardly any ids would be left; the text is one sentence that says of what."""


class Plan:
    """A dump that was read to its end, and decided about; nothing of it is written yet."""

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.report = staging.report
        self.ids_left = {table: MAX_ID - _highest(staging, table) for table in KEEP_IDS}


@contextmanager
def planned(path: Path, begin: Callable[[str, int], Any]) -> Iterator[Plan]:
    """Read a dump, and decide about its rows.

    :raises DumpError: when the file is damaged, incomplete or not a dump of ColibriSM.
    :raises Conflict: when there is an account that was not imported.
    :raises TooFewIds: when too few ids would remain.
    """
    earlier = Imported()
    with closing(Staging(earlier)) as staging:
        size = path.stat().st_size if path.exists() else 0
        with begin("Read", size) as advance:
            staging.fill(path, advance)
        deciding.decide(staging, earlier)
        plan = Plan(staging)
        _check_ids(plan)
        yield plan


def foresee(plan: Plan, folder: Path | None) -> Report:
    """Return the report of an import that would run now."""
    for table in WRITES:
        plan.report.imported[table] = plan.staging.count(table)
    media.foresee(plan.staging, folder, plan.report)
    return plan.report


def carry_out(plan: Plan, folder: Path | None, begin: Callable[[str, int], Any]) -> Report:
    """Import, or go on where this file's import was stopped. `folder` has the pictures; without one they wait."""
    staging = plan.staging
    began, created = ColibriImport.objects.get_or_create(
        checksum=staging.checksum, defaults={"step": STEPS[0], "report": _as_dict(plan.report)}
    )
    if not created and began.finished_at is None:
        plan.report = _from_dict(began.report)
    elif not created:
        began.step, began.position, began.started_at = STEPS[0], 0, timezone.now()
        began.finished_at, began.report = None, _as_dict(plan.report)
        began.save()
    for table, model in KEEP_IDS.items():
        if highest := _highest(staging, table):
            bulk.reserve_ids(model, highest)
    for table, write in WRITES.items():
        if STEPS.index(began.step) <= STEPS.index(table):
            _write_all(plan, began, table, write, begin)
    if began.step == "tallies":
        with begin("Tallies", Account.objects.count()) as advance:
            for chunk in tallies.heal():
                advance(chunk.accounts)
        people.link_mentions(staging)
    _copy_media(plan, began, folder, begin)
    _go_on(began, plan.report, "done", 0, finished_at=timezone.now())
    return plan.report


def _write_all(plan: Plan, began: ColibriImport, table: str, write: Write, begin: Callable[[str, int], Any]) -> None:
    staging, report = plan.staging, plan.report
    position = began.position if began.step == table else 0
    with begin(table, staging.count(table)) as advance:
        while rows := staging.batch(table, position, BATCH):
            position = rows[-1]["id"]
            with databases.atomic(Account):
                written = write(Batch(staging, rows, began.started_at, report))
                report.imported[table] = report.imported.get(table, 0) + written
                imported.add(table, (row["id"] for row in rows))
                _go_on(began, report, table, position)
            advance(len(rows))
    _go_on(began, report, STEPS[STEPS.index(table) + 1], 0)


def _copy_media(plan: Plan, began: ColibriImport, folder: Path | None, begin: Callable[[str, int], Any]) -> None:
    if folder is None:
        media.foresee(plan.staging, None, plan.report)
        return
    with begin("Pictures", media.count(plan.staging)) as advance:
        for _ in media.copy(plan.staging, folder, plan.report):
            _go_on(began, plan.report, began.step, 0)
            advance(1)


def _go_on(began: ColibriImport, report: Report, step: str, position: int, **columns: Any) -> None:
    began.step, began.position, began.report = step, position, _as_dict(report)
    for name, value in columns.items():
        setattr(began, name, value)
    began.save()


def _check_ids(plan: Plan) -> None:
    for table, left in plan.ids_left.items():
        if left < TOO_FEW:
            raise TooFewIds(f"Nothing was imported: only {left:,} ids would be left for {table}, of {MAX_ID:,}.")
        if left < FEW:
            plan.report.add("few_ids", [f"{table}: {left:,}"])


def _highest(staging: Staging, table: str) -> int:
    model = KEEP_IDS[table]
    here = model.objects.using(databases.for_write(model)).aggregate(highest=Max("pk"))["highest"] or 0
    return max(int(here), staging.highest(table))


def _as_dict(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ("version", "site", "read", "imported", "problems")}


def _from_dict(kept: dict[str, Any]) -> Report:
    return Report(**kept)
