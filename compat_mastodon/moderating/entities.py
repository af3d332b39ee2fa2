"""Admin::Account and Admin::Report, keys in Mastodon's order."""

from compat_mastodon.entities import ROLES, Entity, account, rules, timestamp
from follows.models import Reason
from follows.moderated import Moderated
from follows.reported import Reported

CATEGORIES = {
    Reason.SPAM: "spam",
    Reason.FAKE: "spam",
    Reason.FRAUD: "spam",
    Reason.IMPERSONATION: "violation",
    Reason.INAPPROPRIATE: "violation",
    Reason.OTHER: "other",
}


def admin_account(seen: Moderated) -> Entity:
    """Admin::Account. Values that the caller may not see are "" or null."""
    person, used_at = seen.person, timestamp(seen.person.last_active_at)
    entity: Entity = {
        "id": str(person.id),
        "username": person.username,
        "domain": person.domain or None,
        "created_at": timestamp(person.created_at),
        "email": seen.email,
        "ip": seen.address,
        "role": ROLES[seen.role],
        "confirmed": seen.confirmed,
        "suspended": person.suspended_at is not None,
        "silenced": seen.limited,
        "sensitized": False,
        "disabled": False,
        "approved": seen.approved,
        "locale": seen.locale,
        "invite_request": seen.reason,
    }
    if seen.invited_by:
        entity["invited_by_account_id"] = str(seen.invited_by)
    entity["ips"] = [{"ip": seen.address, "used_at": used_at}] if seen.address else []
    entity["account"] = account(person)
    return entity


def admin_reports(found: list[Reported]) -> list[Entity]:
    """A list of Admin::Reports."""
    known = rules() if any(report.rule_ids for report in found) else []
    return [_admin_report(report, known) for report in found]


def admin_report(report: Reported) -> Entity:
    """Admin::Report."""
    return admin_reports([report])[0]


def _admin_report(report: Reported, known: list[dict[str, object]]) -> Entity:
    broken = set(map(str, report.rule_ids))
    return {
        "id": str(report.id),
        "action_taken": report.closed_at is not None,
        "action_taken_at": report.closed_at and timestamp(report.closed_at),
        "category": CATEGORIES[Reason(report.reason)],
        "comment": report.comment,
        "forwarded": False,
        "created_at": timestamp(report.created_at),
        "updated_at": timestamp(report.changed_at),
        "account": admin_account(report.reporter),
        "target_account": admin_account(report.target),
        "assigned_account": report.assigned_to and admin_account(report.assigned_to),
        "action_taken_by_account": report.closed_by and admin_account(report.closed_by),
        "statuses": [],
        "rules": [rule for rule in known if rule["id"] in broken],
    }
