"""Requests for the verified badge in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html

from accounts import badges
from accounts.changelists import ReadOnlyAdmin
from accounts.columns import account_column, age_column
from accounts.models import BadgeRequest, Verification


@admin.register(BadgeRequest)
class BadgeRequestAdmin(ReadOnlyAdmin[BadgeRequest]):
    """Requests for the verified badge, with their texts and videos."""

    list_display = (
        account_column("account", "who"),
        "full_name",
        "message",
        "film",
        age_column("created_at", "for"),
    )
    list_display_links = None
    list_select_related = ("account",)
    search_fields = ("account",)
    actions = ("verify", "refuse")
    row_actions: ClassVar = {"verify": "Verify", "refuse": "Refuse"}

    def subject(self, row: BadgeRequest) -> str:
        return row.account.acct

    def get_urls(self) -> list[Any]:
        watch = self.admin_site.admin_view(self.watch)
        return [path("<int:account>/film", watch, name="badge_request_film"), *super().get_urls()]

    def watch(self, request: HttpRequest, account: int) -> FileResponse:
        """Serve the private video of a request."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = self.get_object(request, str(account))
        if asked is None:
            raise Http404
        try:
            return FileResponse(asked.video.open(), as_attachment=True)
        except (OSError, ValueError) as error:  # the row names a file that is not there, or none
            raise Http404 from error

    @admin.display
    def film(self, asked: BadgeRequest) -> str:
        if not asked.video:  # an import may have brought the request without it
            return "—"
        return format_html('<a href="{}">Watch</a>', reverse("admin:badge_request_film", args=[asked.pk]))

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_account")

    @admin.action(permissions=["answer"], description="Verify selected accounts")
    def verify(self, request: HttpRequest, queryset: QuerySet[BadgeRequest]) -> None:
        self._answer(request, queryset, Verification.VERIFIED, "Granted")

    @admin.action(permissions=["answer"], description="Refuse selected accounts")
    def refuse(self, request: HttpRequest, queryset: QuerySet[BadgeRequest]) -> None:
        self._answer(request, queryset, Verification.NONE, "Refused")

    def _answer(
        self, request: HttpRequest, queryset: QuerySet[BadgeRequest], verification: Verification, done: str
    ) -> None:
        def answer(asked: BadgeRequest) -> bool:
            badges.answer(asked.pk, verification)
            return True

        self.each(request, queryset, answer, done)
