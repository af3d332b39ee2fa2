"""Signing up, in and out, and what is done by mail."""

from django.urls import path

from accounts.pages import new_email, recovery, sign_in, sign_up

urlpatterns = [
    path("auth/sign_in", sign_in.sign_in, name="sign_in"),
    path("auth/sign_up", sign_up.sign_up, name="sign_up"),
    path("invite/<code>", sign_up.invitation),
    path("rules", sign_up.rules, name="rules"),
    path("terms", sign_up.document, {"kind": "terms"}, name="terms"),
    path("privacy", sign_up.document, {"kind": "privacy"}, name="privacy"),
    path("auth/sign_out", sign_in.sign_out, name="sign_out"),
    path("auth/password/new", recovery.ForgottenPassword.as_view(), name="forgotten_password"),
    path("auth/new_password/<uidb64>/<token>", recovery.NewPassword.as_view(), name="reset_password"),
    path("auth/confirmation/new", recovery.AnotherConfirmation.as_view(), name="another_confirmation"),
    path("auth/confirmation/<person>/<token>", recovery.confirm_email, name="confirm_email"),
    path("auth/new_email/<person>/<email>/<token>", new_email.confirm, name="new_email"),
    path(".well-known/change-password", recovery.change_password),
]
