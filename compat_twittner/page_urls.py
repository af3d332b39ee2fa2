"""The pages for people that this dialect needs; its endpoints are in `urls`."""

from django.urls import path

from compat_twittner.views.recovery import NewPassword

urlpatterns = [
    path("auth/new_password/<uidb64>/<token>", NewPassword.as_view(), name="reset_password"),
]
