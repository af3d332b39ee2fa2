"""The admin of pending follow requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from accounts.admin.accounts import states
from accounts.changelists import ReadOnlyAdmin, actor, link_to_rows
from accounts.columns import account_column, age_column, link_to, link_to_profile, portrait, time_tag
from accounts.list_filters import Option, OptionFilter, StateFilter
from follows import deciding, requester_facts
from follows.admin.records import by_owner
from follows.admin.reports import in_short
from follows.deciding import Verdict
from follows.models import Decision, FollowRequest
from follows.models.edges import WAITING


class WaitingFilter(OptionFilter):
    """Filter by the age of the request."""

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
    """Pending follow requests, newest first. Actions decide the oldest selected request first."""

    list_display = (
        "requester",
        account_column("target", "wants to follow"),
        age_column("created_at", "waiting for", ordering="created_at"),
        "arrival",
        "account_age",
        "friends_in_common",
        "rejected_before",
        "decided_before",
        "open_reports",
    )
    list_display_links = None
    list_select_related = ("follower", "target")
    list_filter = (WaitingFilter, RequesterFilter)
    ordering = ("-pk",)  # the order of asking, whatever the clock said
    search_fields = ("follower", "target")
    fields = ("follower", "target", "created_at", "reason", "note", "while_paused", "decided_before")
    readonly_fields = ("decided_before",)
    actions = ("approve", "reject")
    row_actions: ClassVar = {"approve": "Approve", "reject": "Reject"}
    taken_first: ClassVar = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowRequest]:
        return super().get_queryset(request).filter(WAITING)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.decide_followrequest")

    def prepare(self, rows: list[FollowRequest]) -> None:
        for asked, record in zip(rows, requester_facts.records(rows), strict=True):
            asked.record = record  # type: ignore[attr-defined]  # for the columns below

    def subject(self, row: FollowRequest) -> str:
        return f"{row.follower.acct} for {row.target.acct}"

    @admin.display(ordering="follower__username")
    def requester(self, asked: FollowRequest) -> str:
        person, state = asked.follower, ", ".join(states(asked.follower))
        return format_html(
            '<span class="person">{}<span>{}<br>{} <span class="state">{}</span></span></span>',
            *(portrait(person), link_to(person), link_to_profile(person), state),
        )

    @admin.display(description="why it is a request")
    def arrival(self, asked: FollowRequest) -> str:
        """With the note that the requester wrote to the owner; a long one unfolds."""
        why = asked.get_reason_display() or "—"
        return format_html('{}<br><span class="quiet">{}</span>', why, in_short(asked.note)) if asked.note else why

    @admin.display(ordering="follower__created_at")
    def account_age(self, asked: FollowRequest) -> str:
        joined = asked.follower.created_at
        return time_tag(joined, timesince(joined, depth=1))

    @admin.display
    def friends_in_common(self, asked: FollowRequest) -> int:
        return record(asked).friends

    @admin.display
    def rejected_before(self, asked: FollowRequest) -> str:
        """Return the rejections of the requester: all, and those by this owner."""
        often = record(asked)
        if not often.rejected:
            return "0"
        refused = {"follower__id__exact": asked.follower_id, "kind": Decision.Kind.REJECTED.value}
        count = link_to_rows("follows_decision", str(often.rejected), **refused)
        return format_html('{}<br><span class="quiet">{} by {}</span>', count, often.rejected_here, asked.target.acct)

    @admin.display(description="this owner before")
    def decided_before(self, asked: FollowRequest) -> str:
        """Earlier decisions of the same owner on the same requester."""
        decided = record(asked).decided
        told = ", ".join(f"{Decision.Kind(kind).label.lower()} {count}" for kind, count in sorted(decided.items()))
        both = {"follower__id__exact": asked.follower_id, "target__id__exact": asked.target_id}
        return link_to_rows("follows_decision", told, **both) if told else "—"

    @admin.display
    def open_reports(self, asked: FollowRequest) -> str:
        count = record(asked).reports
        about = {"target__id__exact": asked.follower_id, "state": "open"}
        return link_to_rows("follows_report", str(count), **about) if count else "0"

    @admin.action(permissions=["decide"], description="Approve selected follow requests")
    def approve(self, request: HttpRequest, queryset: QuerySet[FollowRequest]) -> None:
        self._decide(request, queryset, Verdict.ACCEPT, "Approved")

    @admin.action(permissions=["decide"], description="Reject selected follow requests")
    def reject(self, request: HttpRequest, queryset: QuerySet[FollowRequest]) -> None:
        self._decide(request, queryset, Verdict.REJECT, "Rejected")

    def _decide(self, request: HttpRequest, queryset: QuerySet[FollowRequest], verdict: Verdict, done: str) -> None:
        """One batch for each owner, so that each can take back what was decided for them."""
        by = actor(request)

        def decide(rows: list[FollowRequest]) -> int:
            done = 0
            for owner, requests in by_owner(rows).items():
                outcomes = deciding.decide_requests(owner, verdict, [asked.pk for asked in requests], by).outcomes
                done += sum(outcome.decision is not None for outcome in outcomes)
            return done

        self.together(request, queryset, decide, done)


def record(asked: FollowRequest) -> requester_facts.Record:
    """Return the facts that `prepare` read about the requester; on the page of one request, read them now."""
    found: requester_facts.Record = getattr(asked, "record", None) or requester_facts.records([asked])[0]
    return found
