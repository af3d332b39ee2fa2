"""Applications and tokens in the admin; django-oauth-toolkit registers the classes named in settings."""

from django.contrib import admin

from compat_mastodon.models import AccessToken


class AccessTokenAdmin(admin.ModelAdmin[AccessToken]):
    list_display = ("id", "user", "application", "scope", "created", "revoked_at")
    list_select_related = ("user", "application")
