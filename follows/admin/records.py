"""Follows, blocks, decisions, notices and reports: looked at, and ended one by one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.timesince import timesince

from accounts.changelists import ReadOnlyAdmin, Row, actor
from accounts.columns import account_column, age_column, moment_column, time_tag
from accounts.list_filters import Option, OptionFilter, StateFilter
from follows import graph, reports
from follows.models import Block, Decision, Follow, Leaving, Notice, Opening, Reason, Report

SHORT = 160  # characters of a comment that a list shows


class FollowerFilter(StateFilter):
    title = parameter_name = "follower"
    of = "follower"


class KindFilter(OptionFilter):
    """By the `kind` of a notice or decision."""

    title = parameter_name = "kind"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self._kinds = model.Kind
        super().__init__(request, params, model, model_admin)

    def options(self) -> Sequence[Option]:
        return [Option(str(kind.value), str(kind.label).capitalize(), {"kind": kind}) for kind in self._kinds]


@admin.register(Follow)
class FollowAdmin(ReadOnlyAdmin[Follow]):
    list_display = (
        account_column("follower", "who"),
        account_column("target", "follows"),
        age_column("accepted_at", "for"),
    )
    list_display_links = None
    list_select_related = ("follower", "target")
    list_filter = (FollowerFilter,)
    search_fields = ("follower", "target")
    fields = ("follower", "target", "created_at", "accepted_at", "show_reblogs", "notify", "languages")
    actions = ("remove_follower",)
    row_actions: ClassVar = {"remove_follower": "Remove"}

    def subject(self, row: Follow) -> str:
        return f"{row.follower.acct} from the followers of {row.target.acct}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Follow]:
        return super().get_queryset(request).filter(accepted_at__isnull=False)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.delete_follow")

    @admin.action(permissions=["remove"], description="Remove selected followers")
    def remove_follower(self, request: HttpRequest, queryset: QuerySet[Follow]) -> None:
        by = actor(request)

        def remove(follow: Follow) -> bool:
            return graph.remove_follower(follow.target_id, follow.follower_id, by) is not None

        self.each(request, queryset, remove, "Removed")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin[Block]):
    list_display = (
        account_column("blocker", "who"),
        account_column("target", "blocks"),
        age_column("created_at", "for"),
    )
    list_display_links = None
    list_select_related = ("blocker", "target")
    search_fields = ("blocker", "target")
    fields = ("blocker", "target", "created_at")
    actions = ("unblock",)
    row_actions: ClassVar = {"unblock": "Unblock"}

    def subject(self, row: Block) -> str:
        return f"{row.target.acct} for {row.blocker.acct}"

    def has_unblock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.delete_block")

    @admin.action(permissions=["unblock"], description="Lift selected blocks")
    def unblock(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        by = actor(request)
        self.each(request, queryset, lambda block: graph.unblock(block.blocker_id, block.target_id, by), "Lifted")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin[Decision]):
    """Who decided what, and when. A block is of the target, against the follower."""

    list_display = (
        "kind",
        account_column("follower", "follower"),
        account_column("target", "target"),
        account_column("actor", "by"),
        "door",
        moment_column("created_at", "when"),
    )
    list_display_links = None
    list_select_related = ("follower", "target", "actor")
    list_filter = (KindFilter,)
    search_fields = ("follower", "target", "actor")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = (
        account_column("recipient", "who is told"),
        account_column("actor", "about whom"),
        "kind",
        moment_column("created_at", "when"),
        "seen",
    )
    list_display_links = None
    list_select_related = ("recipient", "actor")
    list_filter = (KindFilter,)
    search_fields = ("recipient", "actor")


class UnderWay(ReadOnlyAdmin[Row]):
    """What goes on in the background until it is done."""

    list_display = (
        account_column("account", "account"),
        account_column("actor", "by"),
        "door",
        age_column("created_at", "for"),
    )
    list_display_links = None
    list_select_related = ("account", "actor")
    search_fields = ("account", "actor")


@admin.register(Opening)
class OpeningAdmin(UnderWay[Opening]):
    """Accounts that have opened, and still have requests to accept."""


@admin.register(Leaving)
class LeavingAdmin(UnderWay[Leaving]):
    """Accounts that are being deleted."""


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
    """What people want moderators to know; a moderator who has seen to it closes it."""

    list_display = (
        account_column("target", "about whom"),
        "reason",
        "comment_in_short",
        account_column("reporter", "from whom"),
        "reported",
        account_column("closed_by", "closed by"),
    )
    list_display_links = None
    list_select_related = ("reporter", "target", "closed_by")
    list_filter = (OpenFilter, ReasonFilter)
    search_fields = ("target", "reporter")
    actions = ("close",)
    row_actions: ClassVar = {"close": "Close"}

    @admin.display(description="for", ordering="created_at")
    def reported(self, report: Report) -> str:
        return time_tag(report.created_at, timesince(report.created_at, depth=1))

    @admin.display(description="comment")
    def comment_in_short(self, report: Report) -> str:
        """A long one unfolds."""
        if len(report.comment) <= SHORT:
            return report.comment
        return format_html(
            "<details><summary>{}…</summary>…{}</details>", report.comment[:SHORT], report.comment[SHORT:]
        )

    def offers(self, request: HttpRequest, action: str, row: Report) -> bool:
        return row.closed_at is None

    def subject(self, row: Report) -> str:
        return f"the report about {row.target.acct} from {row.reporter.acct}"

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.close_report")

    @admin.action(permissions=["close"], description="Close selected reports")
    def close(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        by = actor(request)
        self.each(request, queryset, lambda report: reports.close(report.pk, by), "Closed", "had been closed before")
