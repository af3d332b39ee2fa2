"""The sessions of phones in the admin."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import sessions
from accounts.changelists import ReadOnlyAdmin
from accounts.columns import account_column, in_words, moment_column, time_tag
from accounts.models import Session


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin[Session]):
    """The sessions of phones. Revoke one to sign it out."""

    list_display = (
        account_column("account", "account"),
        "platform",
        moment_column("created_at", "since"),
        "until",
    )
    list_display_links = None
    list_select_related = ("account",)
    search_fields = ("account",)
    fields = ("account", "platform", "created_at", "expires_at")
    actions = ("revoke",)
    row_actions: ClassVar = {"revoke": "Revoke"}

    def offers(self, request: HttpRequest, action: str, row: Session) -> bool:
        return row.expires_at > timezone.now()

    def subject(self, row: Session) -> str:
        return f"the session of {row.account.acct} on {row.get_platform_display()}"

    @admin.display(ordering="expires_at")
    def until(self, session: Session) -> str:
        return time_tag(session.expires_at, in_words(session.expires_at))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.delete_session")

    @admin.action(permissions=["revoke"], description="Revoke selected sessions")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self.each(request, queryset, lambda session: sessions.close(session.pk), "Revoked")
