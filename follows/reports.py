"""Reports of accounts to the moderators: made by anybody, assigned and closed by moderators."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from accounts import limits, lookup
from accounts.access import Actor
from accounts.refused import Refused
from follows import policy
from follows.models import Reason, Report


class NoSuchReason(Refused):
    """Reports have other reasons."""


class NoSuchReport(Refused):
    """There is no report with this id, or it is about somebody else."""


def report(
    reporter: int, target: int, reason: int, comment: str, by: Actor, rule_ids: Sequence[int] | None = None
) -> Report:
    """Report an account to the moderators; this replaces an earlier report of the same reporter.

    `rule_ids` name the rules of this server that were broken, if the reporter named any.

    :raises policy.SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target.
    :raises NoSuchReason: when the reason is no `Reason`.
    :raises limits.TooMany: when the reporter has reached the limit for today.
    """
    if reporter == target:
        raise policy.SelfFollow
    lookup.confirmed(target)
    if reason not in Reason:
        raise NoSuchReason
    limits.charge((limits.REPORTS, reporter))
    made, _ = Report.objects.update_or_create(
        reporter_id=reporter,
        target_id=target,
        defaults={
            "reason": reason,
            "comment": comment[:2900],
            "door": by.door,
            "created_at": timezone.now(),
            "closed_at": None,
            "closed_by": None,
            "assigned_to": None,
            "rule_ids": rule_ids or None,
            "changed_at": None,
        },
    )
    return made


def close(report: int, by: Actor) -> bool:
    """Take a report out of the queue. True unless it was closed already."""
    return bool(_close(Report.objects.filter(pk=report), by))


def close_all(target: int, by: Actor) -> int:
    """Take all reports about an account out of the queue. Returns how many were open."""
    return _close(Report.objects.filter(target=target), by)


def _close(chosen: QuerySet[Report], by: Actor) -> int:
    now = timezone.now()
    return chosen.filter(closed_at=None).update(closed_at=now, closed_by_id=by.account, changed_at=now)


def reopen(report: int) -> bool:
    """Put a report back into the queue. True unless it was there already."""
    closed = Report.objects.filter(pk=report, closed_at__isnull=False)
    return bool(closed.update(closed_at=None, closed_by=None, changed_at=timezone.now()))


def assign(report: int, moderator: int | None) -> bool:
    """Have a moderator handle a report, or with None nobody in particular. False if there is no such report."""
    return _change(report, assigned_to_id=moderator)


def classify(report: int, reason: Reason | None = None, rule_ids: Sequence[int] | None = None) -> bool:
    """Give a report another reason or other rules. None leaves what it has. False if there is no such report."""
    values = {"reason": reason, "rule_ids": None if rule_ids is None else list(rule_ids)}
    return _change(report, **{name: value for name, value in values.items() if value is not None})


def _change(report: int, **values: object) -> bool:
    return bool(Report.objects.filter(pk=report).update(**values, changed_at=timezone.now()))
