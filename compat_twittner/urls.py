"""The endpoints: one flat level, no ids, no trailing slash (twittner.md §1.1)."""

from django.urls import path, re_path

from compat_twittner.api import Unknown
from compat_twittner.views import authentication, flags, profile, social

urlpatterns = [
    path("login", authentication.Login.as_view()),
    path("signup", authentication.SignUp.as_view()),
    path("refresh_access_token", authentication.RefreshAccessToken.as_view()),
    path("logout", authentication.Logout.as_view()),
    path("profile", profile.Profile.as_view()),
    path("get_priv_settings", profile.GetPrivacySettings.as_view()),
    path("set_priv_settings", profile.SetPrivacySettings.as_view()),
    path("follow", social.Follow.as_view()),
    path("fetch_followers", social.FetchFollowers.as_view()),
    path("fetch_following", social.FetchFollowing.as_view()),
    path("follow_requests", social.FollowRequests.as_view()),
    path("accept_follow", social.AcceptFollow.as_view()),
    path("ignore_follow", social.IgnoreFollow.as_view()),
    path("flags/<slug:code>.svg", flags.flag),
    re_path("", Unknown.as_view()),
]
