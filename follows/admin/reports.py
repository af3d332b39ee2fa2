"""The admin of reports."""

from collections.abc import Sequence
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.timesince import timesince

from accounts.changelists import ReadOnlyAdmin, actor
from accounts.columns import account_column, time_tag
from accounts.list_filters import Option, OptionFilter
from follows import reports
from follows.models import Reason, Report

SHORT = 160  # characters of a comment that a list shows


def in_short(text: str) -> str:
    """A long text unfolds."""
    if len(text) <= SHORT:
        return text
    return format_html("<details><summary>{}…</summary>…{}</details>", text[:SHORT], text[SHORT:])


class OpenFilter(OptionFilter):
    title = "state"
    parameter_name = "state"

    def options(self) -> Sequence[Option]:
        return [
            Option("open", "Open", {"closed_at__isnull": True}),
            Option("closed", "Closed", {"closed_at__isnull": False}),
        ]


class ReasonFilter(OptionFilter):
    title = parameter_name = "reason"

    def options(self) -> Sequence[Option]:
        return [Option(str(reason.value), str(reason.label).capitalize(), {"reason": reason}) for reason in Reason]


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin[Report]):
    """Reports from members. A moderator closes a report after dealing with it."""

    list_display = (
        account_column("target", "about whom"),
        "reason",
        "comment_in_short",
        account_column("reporter", "from whom"),
        "reported",
        account_column("assigned_to", "assigned to"),
        account_column("closed_by", "closed by"),
    )
    list_display_links = None
    list_select_related = ("reporter", "target", "assigned_to", "closed_by")
    list_filter = (OpenFilter, ReasonFilter)
    search_fields = ("target", "reporter")
    actions = ("close", "reopen")
    row_actions: ClassVar = {"close": "Close", "reopen": "Open again"}

    @admin.display(description="for", ordering="created_at")
    def reported(self, report: Report) -> str:
        return time_tag(report.created_at, timesince(report.created_at, depth=1))

    @admin.display(description="comment")
    def comment_in_short(self, report: Report) -> str:
        return in_short(report.comment)

    def offers(self, request: HttpRequest, action: str, row: Report) -> bool:
        return (row.closed_at is None) == (action == "close")

    def subject(self, row: Report) -> str:
        return f"the report about {row.target.acct} from {row.reporter.acct}"

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.close_report")

    @admin.action(permissions=["close"], description="Close selected reports")
    def close(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        by = actor(request)
        self.each(request, queryset, lambda report: reports.close(report.pk, by), "Closed", "had been closed before")

    @admin.action(permissions=["close"], description="Open selected reports again")
    def reopen(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self.each(request, queryset, lambda report: reports.reopen(report.pk), "Opened", "were open")
