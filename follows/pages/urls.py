"""The public profile page, and the addresses that lead to it."""

from django.urls import path

from follows.pages import digest, profile

urlpatterns = [
    path("@<name>", profile.profile, name="profile"),
    path("users/<name>", profile.by_name),
    path("digest/stop/<link>", digest.stop, name="stop_digest"),
    path("ap/users/<int:account>", profile.by_id),
]
