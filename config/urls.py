"""The two doors and the moderators' admin."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config.media import picture

urlpatterns = [  # the busiest first, each behind a prefix that is cheap to tell
    path("mobile_api/", include("compat_twittner.urls")),
    path("api/docs/twittner/", include("compat_twittner.docs_urls")),
    re_path("^api(?:/|$)", include("compat_mastodon.urls")),
    path("", include("compat_mastodon.oauth_urls")),
    path("admin/login/", RedirectView.as_view(pattern_name="sign_in", query_string=True)),  # one page for all
    path("admin/", admin.site.urls),
    path("", include("compat_twittner.page_urls")),
    path("media/<path:path>", picture),
]
