"""The public profile page, and the addresses that lead to it."""

from django.urls import path

from follows.pages import profile

urlpatterns = [
    path("@<name>", profile.profile, name="profile"),
    path("users/<name>", profile.by_name),
    path("ap/users/<int:account>", profile.by_id),
]
