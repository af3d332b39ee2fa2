"""The queue: pending follow requests, approved and rejected."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin import states
from accounts.changelists import Option, OptionFilter, ReadOnlyAdmin, StateFilter, account_column, actor, age_column
from follows import graph
from follows.models import FollowRequest


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


class RequesterFilter(StateFilter):
    title = parameter_name = "requester"
    of = "follower"


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
                decision(asked.target_id, asked.follower_id, by, request=asked.pk)
            except graph.NoSuchRequest:  # answered or taken back since the list was read
                return False
            return True

        self.each(request, queryset.order_by("created_at", "pk"), decide, done)
