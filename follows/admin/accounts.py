"""The admin of accounts with their follows and requests, and the deletion of accounts."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin.accounts import AccountAdmin, reason
from accounts.bounded_lists import COUNTED, bounded
from accounts.changelists import actor, link_to_rows, moderator_of
from accounts.models import Account
from follows import graph, leaving
from follows.gate import servers
from follows.models import Decision, FollowRequest, Report, Tally
from follows.moderation import limits, may_delete, may_limit

DELETED_LATER = "Nobody can see the account any more. It has much data, so its deletion continues in the background."

admin.site.unregister(Account)


@admin.register(Account)
class TalliedAccountAdmin(AccountAdmin):
    """Accounts with their follows and follow requests."""

    list_display = (*AccountAdmin.list_display, "followers", "following", "requests")
    actions: tuple[str, ...] = (*AccountAdmin.actions, "limit", "unlimit")
    row_actions: ClassVar = AccountAdmin.row_actions | {"limit": "Limit", "unlimit": "Stop limiting"}
    reasoned = frozenset({"limit", "unlimit"})
    decided: ClassVar = ("asked_for", "refused", "reported_for")
    list_select_related = ("tally", "leaving")
    profile = (*AccountAdmin.profile, ("In the graph", {"fields": ("followers", "following", "requests", *decided)}))
    fixed = (*AccountAdmin.fixed, "followers", "following", "requests", *decided)

    def store(self, request: HttpRequest, account: int, **columns: Any) -> None:
        graph.change_profile(account, actor(request), **columns)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Allow it for every account that you may change, except your own."""
        moderator = moderator_of(request)
        return moderator.has_perm("accounts.delete_account") if obj is None else may_delete(moderator, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Delete without Django's single transaction, because it takes several with very many followers."""
        return self._delete_view(request, object_id, extra_context)  # type: ignore[attr-defined]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Skip Django's list of related rows: it reads all of them and checks permissions for each model."""
        return [f"{account}, with everything of its own" for account in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        leaving.delete_account(obj.pk, actor(request))
        if leaving.is_leaving(obj.pk):
            self.message_user(request, DELETED_LATER, messages.WARNING)

    def offers(self, request: HttpRequest, action: str, row: Account) -> bool:
        if is_leaving(row):
            return False
        if action in self.reasoned:
            return self.may_limit(request, row) and (row.limited_at is None) == (action == "limit")
        return super().offers(request, action, row)

    @admin.display
    def state(self, account: Account) -> str:
        return "being deleted" if is_leaving(account) else super().state(account)

    def has_limit_permission(self, request: HttpRequest) -> bool:
        return limits(moderator_of(request))

    def may_limit(self, request: HttpRequest, account: Account) -> bool:
        """Return True for members; superusers may also limit moderators, but nobody themselves."""
        return may_limit(moderator_of(request), account)

    @admin.action(permissions=["limit"], description="Limit selected accounts")
    def limit(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        self._limit(request, queryset.filter(limited_at=None), servers.limit, "Limited")

    @admin.action(permissions=["limit"], description="Stop limiting selected accounts")
    def unlimit(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        self._limit(request, queryset.filter(limited_at__isnull=False), servers.unlimit, "Stopped limiting")

    def _limit(
        self, request: HttpRequest, queryset: QuerySet[Account], write: Callable[[int], None], done: str
    ) -> None:
        if reason(request):
            self.each_allowed(request, queryset, write, done, self.may_limit)
        else:
            self.message_user(request, "Nothing was done: give a reason.", messages.ERROR)

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

    @admin.display(description="asks to follow")
    def asked_for(self, account: Account) -> str:
        count = counted(FollowRequest.objects.waiting().filter(follower=account))
        return link_to_rows("follows_followrequest", count, follower__id__exact=account.pk)

    @admin.display(description="was refused")
    def refused(self, account: Account) -> str:
        rejected = Decision.Kind.REJECTED
        count = counted(Decision.objects.filter(follower=account, kind=rejected))
        return link_to_rows("follows_decision", count, follower__id__exact=account.pk, kind=rejected.value)

    @admin.display(description="was reported")
    def reported_for(self, account: Account) -> str:
        about = Report.objects.filter(target=account)
        count = f"{counted(about)} ({counted(about.filter(closed_at=None))} open)"
        return link_to_rows("follows_report", count, target__id__exact=account.pk)


def is_leaving(account: Account) -> bool:
    """By the row that was read with the account."""
    return getattr(account, "leaving", None) is not None


def tally(account: Account) -> Tally:
    """Return 0 if the account has no tally, because it never had a follow."""
    return getattr(account, "tally", None) or Tally()


def counted(rows: QuerySet[Any]) -> str:
    return str(bounded(rows[:COUNTED].count()))
