"""The actions of moderators on accounts, from every place: permissions, the change, the log, and settled reports.

Reports themselves are changed in `reports`; what moderators see is in `moderated`.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.admin.models import DELETION

from accounts import databases, joining, lookup, moderation_log, moderators, people
from accounts.access import Actor
from accounts.models import Account, Application
from accounts.moderators import NotAllowed
from follows import leaving, reports
from follows.gate import servers
from follows.models import Report


class Act(NamedTuple):
    """One change of an account: who may make it, whether it was made before, and its name in the log."""

    may: Callable[[Account, Account], bool]
    stands: Callable[[Account], bool]
    write: Callable[[int], object]
    done: str


def may_limit(moderator: Account, account: Account) -> bool:
    """Nobody limits their own account."""
    return limits(moderator) and moderators.outranks(moderator, account) and account.pk != moderator.pk


def limits(moderator: Account) -> bool:
    """Return True if the moderator may limit members."""
    return moderator.has_perm("follows.limit_account")


def may_delete(moderator: Account, account: Account) -> bool:
    """Nobody deletes their own account."""
    return (
        moderator.has_perm("accounts.delete_account")
        and moderators.may_change(moderator, account)
        and account.pk != moderator.pk
    )


def _may_unsuspend(moderator: Account, account: Account) -> bool:
    return account.suspended_at is not None and moderators.may_suspend(moderator, account)


SUSPEND = Act(
    moderators.may_suspend,
    lambda account: account.suspended_at is not None and account.leaves_at is None,
    people.suspend,
    "Suspended",
)
UNSUSPEND = Act(_may_unsuspend, lambda _: False, people.unsuspend, "Unsuspended")
LIMIT = Act(may_limit, lambda account: account.limited_at is not None, servers.limit, "Limited")
UNLIMIT = Act(may_limit, lambda account: account.limited_at is None, servers.unlimit, "Stopped limiting")


def change(moderator: Account, account: int | None, act: Act, reason: str = "") -> None:
    """Make one change. It is no error if it was made before.

    :raises NoSuchAccount: when there is no such account.
    :raises NotAllowed: when the moderator may not, or the account is being deleted.
    """
    with databases.atomic(Account):
        row = lookup.by_id(account)
        if not act.may(moderator, row):
            raise NotAllowed
        if act.stands(row):
            return
        try:
            act.write(row.pk)
        except people.IsLeaving:
            raise NotAllowed from None
        moderation_log.note(moderator.pk, row, act.done, moderation_log.clean_reason(reason))


def settle(
    moderator: Account, account: int | None, act: Act | None, reason: str, report: int | None, by: Actor
) -> None:
    """Make one change, which closes all open reports about the account if the moderator may close reports.

    None instead of an act notes the reason in the log, and closes only the `report`.

    :raises NoSuchAccount: when there is no such account.
    :raises NoSuchReport: when no such report is about it.
    :raises NotAllowed: when the moderator may not, or the account is being deleted.
    """
    closes = moderator.has_perm("follows.close_report")
    if not (closes or limits(moderator) or moderators.suspends(moderator)) or (report is not None and not closes):
        raise NotAllowed
    row = lookup.by_id(account)
    if report is not None and not Report.objects.filter(pk=report, target=row).exists():
        raise reports.NoSuchReport
    with databases.atomic(Account):
        if act:
            if closes:  # their locks come before the account's, as when it is deleted
                reports.close_all(row.pk, by)
            change(moderator, row.pk, act, reason)
            return
        if report is not None:
            reports.close(report, by)
        if said := moderation_log.clean_reason(reason):
            moderation_log.note(moderator.pk, row, "Noted", said)


def approve(moderator: Account, account: int | None) -> None:
    """Let in an account that waits for it.

    :raises NoSuchAccount: when there is no such account.
    :raises NotAllowed: when the moderator may not, or the account does not wait.
    """
    _answer(moderator, account, joining.approve, "Approved")


def reject(moderator: Account, account: int | None) -> None:
    """Delete an account that waits to be let in. It raises as `approve` does."""
    _answer(moderator, account, joining.reject, "Rejected")


def _answer(moderator: Account, account: int | None, answer: Callable[[int], None], done: str) -> None:
    if not moderator.has_perm("accounts.decide_application"):
        raise NotAllowed
    row = lookup.by_id(account)
    application = joining.applications().filter(pk=row.pk).first()
    if application is None:
        raise NotAllowed
    with databases.atomic(Application):
        try:
            answer(row.pk)
        except joining.NoSuchApplication:
            raise NotAllowed from None
        moderation_log.note(moderator.pk, application, f"{done} the request to join")


def delete(moderator: Account, account: int | None, by: Actor) -> None:
    """Delete an account that is suspended, as `leaving.delete_account` does.

    :raises NoSuchAccount: when there is no such account.
    :raises NotAllowed: when the moderator may not, or it is not suspended, or is being deleted already.
    """
    row = lookup.by_id(account)
    if not may_delete(moderator, row) or row.suspended_at is None or leaving.is_leaving(row.pk):
        raise NotAllowed
    with databases.atomic(Account):
        moderation_log.note(moderator.pk, row, "Deleted", flag=DELETION)
        leaving.begin(row.pk, by)
    leaving.delete_account(row.pk, by)
