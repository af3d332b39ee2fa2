"""The admin as a whole: its name, what comes first, and the moderator's own password."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.urls import reverse

from accounts import people
from accounts.changelists import COUNTED, bounded
from accounts.models import Account
from follows import queries


class OwnPasswordForm(PasswordChangeForm):
    """Django's form; the password is stored through `people`."""

    def set_password_and_save(self, user: Account, *args: Any, **kwargs: Any) -> Account:
        people.set_password(user, self.cleaned_data["new_password1"])
        return user


class Site(admin.AdminSite):
    site_title = site_header = settings.SITE_NAME
    index_title = "Moderation"
    index_template = "admin/queue_first.html"
    site_url = None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        waiting = queries.waiting(at_most=COUNTED) if request.user.has_perm("follows.view_followrequest") else None
        return super().index(request, {"waiting": None if waiting is None else bounded(waiting)})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The graph before everything else, and its pending requests before the rest of it."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: model["object_name"] != "FollowRequest")
        return sorted(apps, key=lambda app: app["app_label"] != "follows")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request),
        )
        return view(request)
