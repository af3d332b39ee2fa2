"""The paths of the Mastodon API outside of /api/: OAuth, its pages, and discovery.

Each path for machines answers with and without a trailing slash.
"""

from django.urls import path, re_path

from compat_mastodon.oauth import endpoints, pages, sessions
from compat_mastodon.views import discovery

MACHINE = {
    "oauth/token": endpoints.Token,
    "oauth/token/info": endpoints.TokenInfo,
    "oauth/revoke": endpoints.Revoke,
    "oauth/userinfo": endpoints.UserInfo,
    ".well-known/oauth-authorization-server": endpoints.Metadata,
    ".well-known/nodeinfo": discovery.NodeInfoLinks,
    ".well-known/host-meta": discovery.HostMeta,
    ".well-known/webfinger": discovery.WebFinger,
    "nodeinfo/2.0": discovery.NodeInfo,
    "health": discovery.Health,
}

urlpatterns = [
    path("oauth/authorize", pages.authorize, name="authorize"),
    path("oauth/authorize/", pages.authorize),
    path("oauth/authorize/native", pages.native, name="native"),
    path("oauth/authorized_applications", pages.authorized_applications, name="authorized_applications"),
    path("oauth/authorized_applications/<application>", pages.authorized_application, name="authorized_application"),
    path("settings/sessions", sessions.page, name="sessions"),
    re_path("^oauth/applications(?:/|$)", pages.developers),
    *(path(f"{route}{end}", view.as_view()) for route, view in MACHINE.items() for end in ("", "/")),
]
