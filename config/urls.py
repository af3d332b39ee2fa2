"""The two doors and the moderators' admin."""

from django.contrib import admin
from django.urls import include, path, re_path

urlpatterns = [  # the busiest first, each behind a prefix that is cheap to tell
    path("mobile_api/", include("compat_twittner.urls")),
    re_path("^api(?:/|$)", include("compat_mastodon.urls")),
    path("", include("compat_mastodon.oauth_urls")),
    path("admin/", admin.site.urls),
]
