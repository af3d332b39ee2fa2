"""The paths of OAuth and of the pages that people see; each machine path answers with a trailing slash too."""

from django.urls import path, re_path

from compat_mastodon.views import oauth, pages

MACHINE = {
    "oauth/token": oauth.Token,
    "oauth/revoke": oauth.Revoke,
    "oauth/userinfo": oauth.UserInfo,
    ".well-known/oauth-authorization-server": oauth.Metadata,
}

urlpatterns = [
    path("auth/sign_in", pages.sign_in, name="sign_in"),
    path("auth/sign_out", pages.sign_out, name="sign_out"),
    path("oauth/authorize", pages.authorize, name="authorize"),
    path("oauth/authorize/native", pages.native, name="native"),
    path("oauth/authorized_applications", pages.authorized_applications, name="authorized_applications"),
    path("oauth/authorized_applications/<application>", pages.authorized_application, name="authorized_application"),
    re_path("^oauth/applications(?:/|$)", pages.developers),
    *(path(f"{route}{end}", view.as_view()) for route, view in MACHINE.items() for end in ("", "/")),
]
