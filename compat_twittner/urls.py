"""The endpoints: one flat level, no ids, no trailing slash (twittner.md §1.1)."""

from django.urls import path, re_path

from compat_twittner.api import Unknown
from compat_twittner.views import (
    authentication,
    flags,
    moderation,
    notifications,
    profile,
    recovery,
    search,
    settings,
    social,
)

urlpatterns = [  # the busiest first, because Django tries them in order
    path("follow_requests", social.FollowRequests.as_view()),
    path("accept_follow", social.AcceptFollow.as_view()),
    path("ignore_follow", social.IgnoreFollow.as_view()),
    path("follow", social.Follow.as_view()),
    path("fetch_followers", social.FetchFollowers.as_view()),
    path("fetch_following", social.FetchFollowing.as_view()),
    path("profile", profile.Profile.as_view()),
    path("get_notifications", notifications.GetNotifications.as_view()),
    path("search_people", search.SearchPeople.as_view()),
    path("login", authentication.Login.as_view()),
    path("signup", authentication.SignUp.as_view()),
    path("oauth", authentication.OAuth.as_view()),
    path("resetpassword", recovery.ResetPassword.as_view()),
    path("refresh_access_token", authentication.RefreshAccessToken.as_view()),
    path("verify_user", authentication.VerifyUser.as_view()),
    path("logout", authentication.Logout.as_view()),
    path("gen_settings", settings.GeneralSettings.as_view()),
    path("avatar", settings.Avatar.as_view()),
    path("cover", settings.Cover.as_view()),
    path("cover_reposition", settings.CoverReposition.as_view()),
    path("get_priv_settings", profile.GetPrivacySettings.as_view()),
    path("set_priv_settings", profile.SetPrivacySettings.as_view()),
    path("change_password", settings.ChangePassword.as_view()),
    path("language", settings.Language.as_view()),
    path("delete_account", settings.DeleteAccount.as_view()),
    path("delete_notifs", notifications.DeleteNotifications.as_view()),
    path("save_pnotif_token", notifications.SavePushToken.as_view()),
    path("block_user", moderation.BlockUser.as_view()),
    path("profile_report", moderation.ProfileReport.as_view()),
    path("flags/<slug:code>.svg", flags.flag),
    re_path("", Unknown.as_view()),
]
