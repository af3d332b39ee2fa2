"""The two doors and the moderators' admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("compat_mastodon.urls")),
    path("", include("compat_mastodon.oauth_urls")),
    path("admin/", admin.site.urls),
    path("mobile_api/", include("compat_twittner.urls")),
]
