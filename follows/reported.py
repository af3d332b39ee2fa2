"""Reports as a moderator sees them, with the people in them. They are changed in `reports`."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from accounts.models import Account
from follows.models import Report
from follows.moderated import Moderated, cut, seen
from follows.paging import Page, Window
from follows.reports import NoSuchReport


class Reported(NamedTuple):
    """A report as a moderator sees it."""

    id: int
    reason: int
    comment: str
    rule_ids: list[int]
    created_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    reporter: Moderated
    target: Moderated
    assigned_to: Moderated | None
    closed_by: Moderated | None


def reports(
    moderator: Account, window: Window, *, closed: bool | None, reporter: int | None = None, target: int | None = None
) -> Page[Reported]:
    """List reports, newest first: open ones, closed ones, or with None both. Row ids are theirs."""
    rows = Report.objects.all()
    if closed is not None:
        rows = rows.filter(closed_at__isnull=not closed)
    if reporter is not None:
        rows = rows.filter(reporter=reporter)
    if target is not None:
        rows = rows.filter(target=target)
    found = _with_people(moderator, sorted(cut(rows, window), key=lambda row: -row.pk))
    return Page([row.id for row in found], found, window.limit)


def report(moderator: Account, pk: int | None) -> Reported:
    """One report.

    :raises NoSuchReport: when there is none.
    """
    for found in _with_people(moderator, Report.objects.filter(pk=pk or 0)):
        return found
    raise NoSuchReport


def _with_people(moderator: Account, rows: Iterable[Report]) -> list[Reported]:
    rows = list(rows)
    ids = {pk for row in rows for pk in (row.reporter_id, row.target_id, row.assigned_to_id, row.closed_by_id) if pk}
    known = seen(moderator, ids)
    return [
        Reported(
            *(row.pk, row.reason, row.comment, row.rule_ids or [], row.created_at),
            *(row.changed_at or row.closed_at or row.created_at, row.closed_at),
            *(known[row.reporter_id], known[row.target_id]),
            *(known.get(row.assigned_to_id or 0), known.get(row.closed_by_id or 0)),
        )
        for row in rows
        if row.reporter_id in known and row.target_id in known  # else one was deleted just now
    ]
