"""The two APIs, the moderators' admin, and the front page."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import pages
from config.media import picture

urlpatterns = [  # the busiest first, each behind a prefix that is cheap to tell
    path("mobile_api/", include("compat_twittner.urls")),
    path("api/docs/twittner/", include("compat_twittner.docs_urls")),
    path("api/", include("compat_mastodon.urls")),
    path("", include("compat_mastodon.root_urls")),
    path("", include("accounts.pages.urls")),
    path("", include("follows.pages.urls")),
    path("admin/login/", RedirectView.as_view(pattern_name="sign_in", query_string=True)),  # one page for all
    path("admin/", admin.site.urls),
    path("media/<path:path>", picture),
    path("", pages.front, name="front"),
    path("about", pages.front),
]

handler400, handler403, handler404, handler500 = pages.bad_request, pages.forbidden, pages.not_found, pages.broken
