"""Reports for moderators: lists, one report, and actions on it."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from accounts import joining
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.api import answer
from compat_mastodon.entities import REASONS
from compat_mastodon.moderating.api import View, word
from compat_mastodon.moderating.entities import CATEGORIES, admin_report, admin_reports
from compat_mastodon.params import as_id
from follows import reported, reports
from follows.models import Reason
from follows.reports import NoSuchReason

READ, WRITE = ("admin:read", "admin:read:reports"), ("admin:write", "admin:write:reports")
KEPT = ("account_id", "limit", "resolved", "target_account_id", "unresolved")


class ReportView(View):
    permissions: ClassVar[tuple[str, ...]] = ("follows.view_report",)
    accepts = READ

    def report(self, pk: str) -> HttpResponse:
        """The report as the moderator sees it now."""
        return answer(admin_report(reported.report(self.moderator, as_id(pk))))


class Reports(ReportView):
    """List the open reports, or those that are chosen."""

    def get(self, request: HttpRequest) -> HttpResponse:
        closed, still_open = (self.params.flag(name) or False for name in ("resolved", "unresolved"))
        page = reported.reports(
            self.moderator,
            self.window,
            closed=None if closed and still_open else closed,
            reporter=self.chosen("account_id"),
            target=self.chosen("target_account_id"),
        )
        return self.paged(request, admin_reports(page.rows), page, KEPT, ())

    def chosen(self, name: str) -> int | None:
        """The account of a filter; 0 if it can name nobody."""
        value = word(self.params, name)
        return None if value is None else as_id(value) or 0


class Report(ReportView):
    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        return self.report(pk)


class Change(ReportView):
    """Change a report, and answer with it."""

    permissions = (*ReportView.permissions, "follows.close_report")
    accepts = WRITE

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        self.change(as_id(pk) or 0)
        return self.report(pk)

    def change(self, report: int) -> object:
        raise NotImplementedError


class AssignToSelf(Change):
    def change(self, report: int) -> object:
        return reports.assign(report, self.me)


class Unassign(Change):
    def change(self, report: int) -> object:
        return reports.assign(report, None)


class Resolve(Change):
    def change(self, report: int) -> object:
        return reports.close(report, self.actor)


class Reopen(Change):
    def change(self, report: int) -> object:
        return reports.reopen(report)


class Update(ReportView):
    permissions = Change.permissions
    accepts = WRITE

    def put(self, request: HttpRequest, pk: str) -> HttpResponse:
        before = reported.report(self.moderator, as_id(pk))
        reports.classify(before.id, self.reason(Reason(before.reason)), self.rules())
        return self.report(pk)

    patch = put

    def reason(self, before: Reason) -> Reason | None:
        """The reason for the category that was sent. The reason that a report has may be finer, and then stays.

        :raises NoSuchReason: for a category that there is not.
        """
        category = word(self.params, "category")
        if category in {None, CATEGORIES[before]}:
            return None
        if category not in CATEGORIES.values():
            raise NoSuchReason
        return REASONS[category]

    def rules(self) -> list[int] | None:
        """The ids of the rules that were sent; None if there are none.

        :raises Invalid: when one is no rule of this server.
        """
        if not self.params.sent("rule_ids"):
            return None
        sent = set(filter(None, self.params.items("rule_ids")))
        known = [rule.pk for rule in joining.rules() if str(rule.pk) in sent]
        if len(known) < len(sent):
            raise Invalid([Fault("rule_ids", Problem.INVALID, reason="does not reference valid rules")])
        return known
