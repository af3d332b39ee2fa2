"""Reports of accounts to the moderators: made by anybody, closed by moderators."""

from django.utils import timezone

from accounts import limits
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from follows import policy
from follows.models import Reason, Report


class NoSuchReason(Refused):
    """Reports have other reasons."""


def report(reporter: int, target: int, reason: int, comment: str, by: Actor) -> Report:
    """Report an account to the moderators; this replaces an earlier report of the same reporter.

    :raises policy.SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target.
    :raises NoSuchReason: when the reason is no `Reason`.
    :raises limits.TooMany: when the reporter has reached the limit for today.
    """
    if reporter == target:
        raise policy.SelfFollow
    if not Account.objects.filter(pk=target).exists():
        raise NoSuchAccount
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
        },
    )
    return made


def close(report: int, by: Actor) -> bool:
    """Take a report out of the queue. True unless it was closed already."""
    still_open = Report.objects.filter(pk=report, closed_at=None)
    return bool(still_open.update(closed_at=timezone.now(), closed_by_id=by.account))
