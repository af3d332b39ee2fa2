"""Clients and their tokens, for moderators: to look at and to revoke. Secrets are never shown.

django-oauth-toolkit registers its own classes first; those that show what does not exist here
(refresh tokens, ID tokens, devices) or that nobody should handle (codes) are taken off.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from oauth2_provider.models import Grant, IDToken, RefreshToken

from accounts.changelists import FOUND, ReadOnlyAdmin
from accounts.columns import account_column, age_column, in_words, time_tag
from accounts.list_filters import Option, OptionFilter
from accounts.searching import fold
from compat_mastodon.models import AccessToken, Application
from compat_mastodon.oauth import tokens

admin.site.unregister([Application, AccessToken, Grant, RefreshToken, IDToken])


def named(text: str) -> QuerySet[Application]:
    """Return the newest apps with this text in their name, or with this id."""
    found: QuerySet[Application] = Application.objects.filter(Q(folded_name__contains=fold(text)) | Q(client_id=text))
    return found.order_by("-pk")[:FOUND]


class RevokedFilter(OptionFilter):
    title = parameter_name = "state"

    def options(self) -> Sequence[Option]:
        return [
            Option("alive", "In use", {"revoked_at__isnull": True}),
            Option("revoked", "Revoked", {"revoked_at__isnull": False}),
        ]


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin[Application]):
    list_display = ("name", "website", "tokens", age_column("created", "registered"))
    search_fields = ("name",)
    search_help_text = "Part of the name, or a complete client id."
    fields = ("name", "website", "client_id", "redirect_uris", "scopes", "client_type", "created")
    actions = ("revoke_tokens",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        return queryset.filter(pk__in=named(text).values("pk")) if text else queryset, False

    @admin.display
    def tokens(self, application: Application) -> str:
        address = reverse("admin:compat_mastodon_accesstoken_changelist")
        return format_html('<a href="{}?q={}&amp;state=alive">In use</a>', address, application.client_id)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("compat_mastodon.change_application")

    @admin.action(permissions=["revoke"], description="Revoke all tokens of selected applications")
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        def revoke(application: Application) -> bool:
            return tokens.end(AccessToken.objects.filter(application=application)) > 0

        self.each(request, queryset, revoke, "Revoked all tokens of", "had none in use")


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin[AccessToken]):
    """Access tokens. You revoke them and cannot delete them, so that apps learn that they were revoked."""

    list_display = (
        account_column("user", "account"),
        "application",
        "scope",
        age_column("created", "for"),
        "revoked",
    )
    list_display_links = None
    list_select_related = ("user", "application")
    list_filter = (RevokedFilter,)
    search_fields = ("user",)
    search_help_text = "As for accounts, or part of the name of an app, or its complete client id."
    fields = ("user", "application", "scope", "created", "revoked_at")
    actions = ("revoke",)
    row_actions: ClassVar = {"revoke": "Revoke"}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        of_accounts, _ = super().get_search_results(request, queryset, search_term)
        text = search_term.strip()
        return of_accounts | queryset.filter(application__in=named(text).values("pk")) if text else of_accounts, False

    def offers(self, request: HttpRequest, action: str, row: AccessToken) -> bool:
        return row.revoked_at is None

    def subject(self, row: AccessToken) -> str:
        return f"{row.application} for {row.user}" if row.user else f"a token of {row.application} itself"

    @admin.display(ordering="revoked_at")
    def revoked(self, token: AccessToken) -> str:
        return time_tag(token.revoked_at, in_words(token.revoked_at)) if token.revoked_at else "—"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("compat_mastodon.change_accesstoken")

    @admin.action(permissions=["revoke"], description="Revoke selected tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        def revoke(token: AccessToken) -> bool:
            return tokens.end(AccessToken.objects.filter(pk=token.pk)) > 0

        self.each(request, queryset, revoke, "Revoked", "had been revoked before")
