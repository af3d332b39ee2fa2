"""The account's page and list with what the graph knows of it, and its leaving."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import AccountAdmin
from accounts.changelists import actor
from accounts.models import Account
from follows import graph, leaving
from follows.models import Tally

admin.site.unregister(Account)


@admin.register(Account)
class TalliedAccountAdmin(AccountAdmin):
    """An account with what the graph knows of it."""

    list_display = (*AccountAdmin.list_display, "followers", "following", "requests")
    list_select_related = ("tally",)
    profile = (*AccountAdmin.profile, ("In the graph", {"fields": ("followers", "following", "requests")}))
    fixed = (*AccountAdmin.fixed, "followers", "following", "requests")

    def store(self, request: HttpRequest, account: int, **columns: Any) -> None:
        graph.change_profile(account, actor(request), **columns)

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
