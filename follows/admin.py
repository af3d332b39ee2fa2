"""The graph in the admin: moderators decide requests and look at the rest.

Every change goes through `graph`, pair by pair, in the moderator's name; rows have no forms.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin import AccountAdmin, states
from accounts.changelists import (
    Option,
    OptionFilter,
    ReadOnlyAdmin,
    StateFilter,
    account_column,
    actor,
    age_column,
)
from accounts.models import Account
from follows import graph, leaving, reports
from follows.models import Block, Decision, Follow, FollowRequest, Notice, Report, Tally


class WaitingFilter(OptionFilter):
    """For how long a request has been waiting."""

    title = "age"
    parameter_name = "waiting"

    def options(self) -> Sequence[Option]:
        now = timezone.now()
        day, week, month = (now - timedelta(days=days) for days in (1, 7, 30))
        return [
            Option("day", "Up to a day", {"created_at__gte": day}),
            Option("week", "Up to a week", {"created_at__gte": week, "created_at__lt": day}),
            Option("month", "Up to 30 days", {"created_at__gte": month, "created_at__lt": week}),
            Option("longer", "Longer", {"created_at__lt": month}),
        ]


class FollowerFilter(StateFilter):
    title = parameter_name = "follower"
    of = "follower"


class RequesterFilter(FollowerFilter):
    title = parameter_name = "requester"


class KindFilter(OptionFilter):
    """By the `kind` of a notice or decision."""

    title = parameter_name = "kind"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self._kinds = model.Kind
        super().__init__(request, params, model, model_admin)

    def options(self) -> Sequence[Option]:
        return [Option(str(kind.value), str(kind.label).capitalize(), {"kind": kind}) for kind in self._kinds]


@admin.register(FollowRequest)
class FollowRequestAdmin(ReadOnlyAdmin[FollowRequest]):
    """The queue: the newest request first; of many chosen ones the oldest is decided first."""

    list_display = (
        account_column("follower", "requester"),
        "state",
        account_column("target", "wants to follow"),
        age_column("created_at", "waiting for", ordering="-created_at"),
    )
    list_display_links = None
    list_select_related = ("follower", "target")
    list_filter = (WaitingFilter, RequesterFilter)
    ordering = ("-created_at", "-pk")
    search_fields = ("follower", "target")
    fields = ("follower", "target", "created_at")
    actions = ("approve", "reject")
    row_actions: ClassVar = {"approve": "Approve", "reject": "Reject"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowRequest]:
        return super().get_queryset(request).filter(accepted_at__isnull=True)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.decide_followrequest")

    @admin.display
    def state(self, asked: FollowRequest) -> str:
        return ", ".join(states(asked.follower)) or "—"

    @admin.action(permissions=["decide"], description="Approve selected follow requests")
    def approve(self, request: HttpRequest, queryset: QuerySet[FollowRequest]) -> None:
        self._decide(request, queryset, graph.accept, "Approved")

    @admin.action(permissions=["decide"], description="Reject selected follow requests")
    def reject(self, request: HttpRequest, queryset: QuerySet[FollowRequest]) -> None:
        self._decide(request, queryset, graph.reject, "Rejected")

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[FollowRequest], decision: Callable[..., None], done: str
    ) -> None:
        by = actor(request)

        def decide(asked: FollowRequest) -> bool:
            try:
                decision(asked.target_id, by, requester=asked.follower_id, request=asked.pk)
            except graph.NoSuchRequest:  # answered or taken back since the list was read
                return False
            return True

        self.each(request, queryset.order_by("created_at", "pk"), decide, done)


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Follow]:
        return super().get_queryset(request).filter(accepted_at__isnull=False)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.delete_follow")

    @admin.action(permissions=["remove"], description="Remove selected followers")
    def remove_follower(self, request: HttpRequest, queryset: QuerySet[Follow]) -> None:
        by = actor(request)

        def remove(follow: Follow) -> bool:
            return graph.remove_follower(follow.target_id, follow.follower_id, by) is graph.Turn.UNFOLLOWED

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
        "created_at",
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
        "created_at",
        "seen",
    )
    list_display_links = None
    list_select_related = ("recipient", "actor")
    list_filter = (KindFilter,)
    search_fields = ("recipient", "actor")


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
        return [
            Option(str(reason.value), str(reason.label).capitalize(), {"reason": reason}) for reason in Report.Reason
        ]


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin[Report]):
    """What people want moderators to know; a moderator who has seen to it closes it."""

    list_display = (
        account_column("target", "about whom"),
        "reason",
        "comment",
        account_column("reporter", "from whom"),
        age_column("created_at", "for"),
        account_column("closed_by", "closed by"),
    )
    list_display_links = None
    list_select_related = ("reporter", "target", "closed_by")
    list_filter = (OpenFilter, ReasonFilter)
    search_fields = ("target", "reporter")
    actions = ("close",)
    row_actions: ClassVar = {"close": "Close"}

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.close_report")

    @admin.action(permissions=["close"], description="Close selected reports")
    def close(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        by = actor(request)
        self.each(request, queryset, lambda report: reports.close(report.pk, by), "Closed", "had been closed before")


admin.site.unregister(Account)


@admin.register(Account)
class TalliedAccountAdmin(AccountAdmin):
    """An account with what the graph knows of it."""

    list_display = (*AccountAdmin.list_display, "followers", "following", "requests")
    list_select_related = ("tally",)
    profile = (*AccountAdmin.profile, ("In the graph", {"fields": ("followers", "following", "requests")}))
    fixed = (*AccountAdmin.fixed, "followers", "following", "requests")

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Whom one may change, except oneself."""
        allowed = request.user.has_perm("accounts.delete_account") and self.has_change_permission(request, obj)
        return allowed and (obj is None or obj.pk != request.user.pk)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Without Django's one transaction: an account with very many followers leaves in steps."""
        return self._delete_view(request, object_id, extra_context)  # type: ignore[attr-defined]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Django would read everything first, and ask for permission to delete each kind of it."""
        return [f"{account}, with everything of its own" for account in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        leaving.delete_account(obj.pk)

    @admin.display
    def followers(self, account: Account) -> int:
        return tally(account).followers

    @admin.display
    def following(self, account: Account) -> int:
        return tally(account).following

    @admin.display(description="requests to it")
    def requests(self, account: Account) -> str:
        queue = reverse("admin:follows_followrequest_changelist")
        handle = f"{account.username}@{account.domain or settings.LOCAL_DOMAIN}"
        return format_html('<a href="{}?q={}">{}</a>', queue, handle, tally(account).requests)


def tally(account: Account) -> Tally:
    """An account that never had an edge has no row yet."""
    return getattr(account, "tally", None) or Tally()
