"""OAuth, discovery and the pages that people see; each machine path answers with a trailing slash too."""

from django.urls import path, re_path

from compat_mastodon.views import discovery, oauth, pages, recovery

MACHINE = {
    "oauth/token": oauth.Token,
    "oauth/token/info": oauth.TokenInfo,
    "oauth/revoke": oauth.Revoke,
    "oauth/userinfo": oauth.UserInfo,
    ".well-known/oauth-authorization-server": oauth.Metadata,
    ".well-known/nodeinfo": discovery.NodeInfoLinks,
    ".well-known/host-meta": discovery.HostMeta,
    ".well-known/webfinger": discovery.WebFinger,
    "nodeinfo/2.0": discovery.NodeInfo,
    "health": discovery.Health,
}

urlpatterns = [
    path("auth/sign_in", pages.sign_in, name="sign_in"),
    path("auth/sign_out", pages.sign_out, name="sign_out"),
    path("auth/password/new", recovery.ForgottenPassword.as_view(), name="forgotten_password"),
    path("auth/new_password/<uidb64>/<token>", recovery.NewPassword.as_view(), name="reset_password"),
    path("auth/confirmation/new", recovery.AnotherConfirmation.as_view(), name="another_confirmation"),
    path("auth/confirmation/<person>/<token>", recovery.confirm_email, name="confirm_email"),
    path(".well-known/change-password", recovery.change_password),
    path("oauth/authorize", pages.authorize, name="authorize"),
    path("oauth/authorize/", pages.authorize),
    path("oauth/authorize/native", pages.native, name="native"),
    path("oauth/authorized_applications", pages.authorized_applications, name="authorized_applications"),
    path("oauth/authorized_applications/<application>", pages.authorized_application, name="authorized_application"),
    path("@<name>", discovery.profile, name="profile"),
    path("users/<name>", discovery.user),
    path("ap/users/<int:account>", discovery.user),
    re_path("^oauth/applications(?:/|$)", pages.developers),
    *(path(f"{route}{end}", view.as_view()) for route, view in MACHINE.items() for end in ("", "/")),
]
