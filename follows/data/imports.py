"""Imports of a member's lists from another server, line by line, after a preview (`previews`).

Each line stores its result, so an import continues where it stopped. It waits while a limit is used up. An overwrite
removes entries last. `background` does the work, and `resume` finds the work of a stopped process.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import databases, limits, lookup
from accounts.access import Actor
from follows import background, locks
from follows.data import applying, previews, reading
from follows.data.applying import KINDS
from follows.export import written
from follows.models import Import, ImportKind, ImportResult, ImportRow, ImportState, Outlook

REPORTED_AT_ONCE = 500  # lines
CHUNK = 100  # lines that one step works off
RESUMED = 1000  # accounts that a process goes on with at once
RECENT = 10  # imports that a member is shown
SHOWN = 50  # lines of a preview that are shown one by one
UNFINISHED = (ImportState.READING, ImportState.RUNNING)
BEGUN = (ImportState.READING, ImportState.PREVIEW)
KEPT = timedelta(days=7)  # then the sweep deletes a finished or forgotten import

logger = logging.getLogger(__name__)


def start(account: int, pk: int) -> bool:
    """Do as `begin`, and import in the background."""
    found = begin(account, pk)
    if found:
        transaction.on_commit(lambda: background.carry_on(take_step, account), databases.for_write(Import))
    return found


def begin(account: int, pk: int) -> bool:
    """Start a previewed import; a second call changes nothing. False when there is none.

    :raises Invalid: when one of its kind is running.
    """
    with databases.atomic(Import):
        lookup.for_update(account)
        job = find(account, pk)
        if job is None or job.state != ImportState.PREVIEW:
            return job is not None
        previews.check_free(account, ImportKind(job.kind))
        removable = KINDS[ImportKind(job.kind)].removable(account)
        job.last = removable.aggregate(last=Max("pk"))["last"] or 0
        job.state = ImportState.RUNNING
        job.save(update_fields=["last", "state"])
    return True


def stop(account: int, pk: int) -> bool:
    """Delete a preview, or stop an import. False when there is none."""
    if find(account, pk) is None:
        return False
    Import.objects.filter(pk=pk, account=account, state__in=BEGUN).delete()
    Import.objects.filter(pk=pk, account=account, state=ImportState.RUNNING).update(
        state=ImportState.DONE, waits_until=None, finished_at=timezone.now()
    )
    return True


def find(account: int, pk: int) -> Import | None:
    """The account's import with this id."""
    return _shown(account).filter(pk=pk).first() if pk <= lookup.MAX_ID else None


def recent(account: int) -> list[Import]:
    """The account's imports, the newest first; at most `RECENT`."""
    return list(_shown(account).order_by("-pk")[:RECENT])


def foreseen(job: Import) -> dict[Outlook, int]:
    """Return the number of lines with each outlook, in the order of `Outlook`."""
    found = job.rows.filter(line__isnull=False).order_by().values_list("outlook").annotate(Count("pk"))
    counts = dict(found)
    return {outlook: counts[outlook] for outlook in Outlook if outlook in counts}


def problems(job: Import) -> list[ImportRow]:
    """Return the first lines that will probably not be imported, at most `SHOWN`."""
    likely = job.rows.filter(outlook__in=[Outlook.UNKNOWN, Outlook.INVALID])
    return list(likely.order_by("line")[:SHOWN])


def removable(job: Import) -> int:
    """Return the number of entries that an overwrite would remove now."""
    return applying.surplus(job).count() if job.overwrite else 0


def results(job: Import) -> dict[ImportResult | None, int]:
    """Return the number of lines with each result, in the order of `ImportResult`; None for those that wait.

    Removed entries count, too.
    """
    counts = dict(job.rows.order_by().values_list("result").annotate(Count("pk")))
    return {result or None: counts[result] for result in (*ImportResult, "") if result in counts}


def report(job: Import) -> Iterator[bytes]:
    """Yield the result of each line, as CSV in chunks."""
    columns = reading.COLUMNS[ImportKind(job.kind)]
    header = ("Line", *(reading.NAMES[column] for column in columns), "Result", "Meaning")
    return written(header, _reported(job), columns.index(reading.ADDRESS) + 1 if reading.ADDRESS in columns else None)


def resume() -> None:
    """Continue unfinished work of an earlier process, and work that has waited long enough, in the background."""
    for account in runnable()[:RESUMED]:
        background.carry_on(take_step, account)


def runnable() -> QuerySet[Import, int]:
    """The accounts whose imports can go on."""
    return _runnable().order_by().values_list("account_id", flat=True).distinct()


def finish(account: int) -> None:
    """Do all that can be done now."""
    while take_step(account):
        pass


def take_step(account: int) -> bool:
    """Import some lines of the oldest import of an account; False when there is nothing to do now.

    Several processes may do this at the same time. Files that are not read yet come first.
    """
    job = _runnable().filter(account=account).order_by("state", "pk").defer("file").first()
    if job is None:
        return False
    if job.state == ImportState.READING:
        return previews.take_step(account)
    by = Actor(account, job.door)
    rows = list(ImportRow.objects.using(databases.for_write(Import)).filter(job=job, result="").order_by("pk")[:CHUNK])
    if rows:
        previews.resolve(job, [row for row in rows if row.target is None])
        try:
            for row in _found(job, rows):
                _work_off(job, row, by)
        except limits.TooMany as refused:
            wait = timedelta(seconds=refused.state.reset)
            _running(job).update(waits_until=timezone.now() + wait)
    elif not (job.overwrite and _remove_some(job, by)):
        _running(job).update(state=ImportState.DONE, finished_at=timezone.now())
    return True


def forget_old() -> int:
    """Delete the imports that were finished, or never begun, a week ago; returns how many."""
    before = timezone.now() - KEPT
    old = Q(state__in=BEGUN, created_at__lt=before) | Q(state=ImportState.DONE, finished_at__lt=before)
    jobs = list(Import.objects.filter(old).values_list("pk", flat=True)[:RESUMED])
    for job in jobs:
        Import.objects.filter(pk=job).delete()
    return len(jobs)


def _shown(account: int) -> QuerySet[Import]:
    return Import.objects.filter(account=account).defer("file")


def _runnable() -> QuerySet[Import]:
    due = Q(waits_until=None) | Q(waits_until__lte=timezone.now())
    primary = databases.for_write(Import)  # a replica may not know yet what was done
    return Import.objects.using(primary).filter(due, state__in=UNFINISHED, account__suspended_at=None)


def _running(job: Import) -> QuerySet[Import]:
    return Import.objects.filter(pk=job.pk, state=ImportState.RUNNING)


def _found(job: Import, rows: list[ImportRow]) -> list[ImportRow]:
    """The lines that can be worked off; the others are noted at once."""
    if job.kind == ImportKind.DOMAIN_BLOCKS:
        return rows
    missing = [row.pk for row in rows if row.target is None]
    ImportRow.objects.filter(pk__in=missing, result="").update(result=ImportResult.NOT_FOUND)
    return [row for row in rows if row.target is not None]


def _work_off(job: Import, row: ImportRow, by: Actor) -> None:
    """Do what a line says, and note what became of it: both or neither, if one write does it (`Kind.whole`).

    :raises limits.TooMany: when a limit is used up; then the line waits.
    """
    kind = KINDS[ImportKind(job.kind)]
    waiting = ImportRow.objects.filter(pk=row.pk, result="")
    try:
        with _together() if kind.whole else nullcontext():
            if kind.whole and not waiting.select_for_update(skip_locked=True).exists():
                return  # another process does it
            waiting.update(result=kind.apply(job, row, by), target=row.target)
    except (limits.TooMany, OperationalError, InterfaceError):
        raise
    except Exception as error:
        result = applying.result_of(lookup.told_by_the_database(error))
        if result is ImportResult.FAILED:
            logger.exception("Line %s of import %d failed", row.line, job.pk)
        waiting.update(result=result, target=row.target)


def _remove_some(job: Import, by: Actor) -> int:
    """Remove some of what the file does not have, one after the other; returns how many there were."""
    kind = KINDS[ImportKind(job.kind)]
    found = list(
        applying.surplus(job).using(databases.for_write(Import)).filter(pk__lte=job.last).order_by("pk")[:CHUNK]
    )
    for surplus in found:
        with _together():
            if not _running(job).select_for_update().exists():
                return 0
            if type(surplus).objects.filter(pk=surplus.pk).exists():
                kind.remove(job, surplus, by)
                cells, outlook, result = kind.cells(surplus), Outlook.KNOWN, ImportResult.REMOVED
                ImportRow.objects.create(job=job, line=None, cells=cells, outlook=outlook, result=result)
    return len(found)


@contextmanager
def _together() -> Iterator[None]:
    """One transaction for a write of the graph and the note of it."""
    with locks.embedded(), databases.atomic(Import):
        yield


def _reported(job: Import) -> Iterator[tuple[str, ...]]:
    """The lines in the order of the file, and then what was removed."""
    after = 0
    while rows := list(job.rows.filter(pk__gt=after).order_by("pk")[:REPORTED_AT_ONCE]):
        for row in rows:
            meaning = ImportResult(row.result).label if row.result else _("not done")
            yield str(row.line or ""), *row.cells, row.result or "waiting", str(meaning)
        after = rows[-1].pk
