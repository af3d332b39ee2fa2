"""The paths for signing up, in and out, and for the links in mails."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.pages import new_email, recovery, second_factor, sign_in, sign_up
from accounts.pages.settings import account, invitations, language, profile

urlpatterns = [
    path("auth/sign_in", sign_in.sign_in, name="sign_in"),
    path("auth/sign_up", sign_up.sign_up, name="sign_up"),
    path("invite/<code>", sign_up.invitation),
    path("rules", sign_up.rules, name="rules"),
    path("terms", sign_up.document, {"kind": "terms"}, name="terms"),
    path("privacy", sign_up.document, {"kind": "privacy"}, name="privacy"),
    path("auth/second_step", sign_in.second_step, name="second_step"),
    path("settings/second_factor", second_factor.second_factor, name="second_factor"),
    path("auth/sign_out", sign_in.sign_out, name="sign_out"),
    path("auth/password/new", recovery.ForgottenPassword.as_view(), name="forgotten_password"),
    path("auth/new_password/<uidb64>/<token>", recovery.NewPassword.as_view(), name="reset_password"),
    path("auth/confirmation/new", recovery.AnotherConfirmation.as_view(), name="another_confirmation"),
    path("auth/confirmation/<person>/<token>", recovery.confirm_email, name="confirm_email"),
    path("auth/new_email/<person>/<email>/<token>", new_email.confirm, name="new_email"),
    path("settings", RedirectView.as_view(pattern_name="settings_profile"), name="settings"),
    path("settings/profile", profile.edit, name="settings_profile"),
    path("settings/language", language.edit, name="settings_language"),
    path("settings/invitations", invitations.edit, name="invitations"),
    path("settings/account", account.overview, name="settings_account"),
    path("settings/account/email", account.change_email, name="settings_email"),
    path("settings/account/password", account.change_password, name="settings_password"),
    path("settings/account/delete", account.delete, name="settings_delete"),
    path(".well-known/change-password", recovery.change_password),
]
