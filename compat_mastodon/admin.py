"""Clients and their tokens, for moderators: to look at and to revoke. Secrets are never shown.

django-oauth-toolkit registers its own classes first; those that show what does not exist here
(refresh tokens, ID tokens, devices) or that nobody should handle (codes) are taken off.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from oauth2_provider.models import Grant, IDToken, RefreshToken

from compat_mastodon import oauth
from compat_mastodon.models import AccessToken, Application

admin.site.unregister([Application, AccessToken, Grant, RefreshToken, IDToken])


class RevokedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[AccessToken]) -> list[tuple[str, str]]:
        return [("alive", "In use"), ("revoked", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> QuerySet[AccessToken]:
        if self.value() is None:
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() == "alive")


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin[Application]):
    list_display = ("name", "website", "scopes", "tokens", "created")
    list_filter = ("created",)
    search_fields = ("name", "website", "client_id", "redirect_uris")
    ordering = ("-id",)
    fields = ("name", "website", "client_id", "redirect_uris", "scopes", "client_type", "created")
    readonly_fields = fields
    show_full_result_count = False
    actions = ("revoke_tokens",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        alive = Count("accesstoken", filter=Q(accesstoken__revoked_at=None))
        applications: QuerySet[Application] = super().get_queryset(request).annotate(alive=alive)
        return applications

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="tokens in use", ordering="alive")
    def tokens(self, application: Application) -> int:
        return getattr(application, "alive", 0)

    @admin.action(description="Revoke all tokens of the selected applications", permissions=["change"])
    def revoke_tokens(self, request: HttpRequest, chosen: QuerySet[Application]) -> None:
        _end(self, request, AccessToken.objects.filter(application__in=chosen.values("pk")))


@admin.register(AccessToken)
class AccessTokenAdmin(admin.ModelAdmin[AccessToken]):
    list_display = ("id", "user", "application", "scope", "created", "revoked_at")
    list_select_related = ("user", "application")
    list_filter = (RevokedFilter, "created")
    search_fields = ("user__username", "application__name", "application__client_id")
    ordering = ("-id",)
    fields = ("user", "application", "scope", "created", "revoked_at")
    readonly_fields = fields
    show_full_result_count = False
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return False  # whoever holds a deleted token would be told that it never existed

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[AccessToken]) -> None:
        _end(self, request, AccessToken.objects.filter(pk__in=chosen.values("pk")))


def _end(page: admin.ModelAdmin[Any], request: HttpRequest, tokens: QuerySet[AccessToken]) -> None:
    ended = oauth.end(tokens)
    page.message_user(request, f"{ended} {'token' if ended == 1 else 'tokens'} revoked.")
