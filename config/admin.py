"""The admin site: its name, its front page, and the page for your own password."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts import credentials, familiar_addresses, joining, limits, moderators, people
from accounts.bounded_lists import COUNTED, bounded
from accounts.credentials import WrongCredentials
from accounts.forms import FittingPassword
from accounts.models import Account
from follows import queries


class OwnPasswordForm(FittingPassword, PasswordChangeForm):
    """Django's form. It saves the password through `people` and limits wrong old passwords."""

    def __init__(self, *args: Any, address: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_old_password(self) -> str:
        password = str(self.cleaned_data["old_password"])
        try:
            credentials.confirm(self.user, password, self.address)
        except limits.TooMany:
            raise ValidationError("Too many wrong passwords. Please try again later.", code="too_many") from None
        except WrongCredentials:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect") from None
        return password

    def set_password_and_save(self, user: Account, *args: Any, **kwargs: Any) -> Account:
        people.set_password(user, self.cleaned_data["new_password1"])
        return user


class OwnPasswordView(PasswordChangeView):
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "address": familiar_addresses.valid(self.request.META.get("REMOTE_ADDR", ""))
        }


class Site(admin.AdminSite):
    site_title = site_header = settings.SITE_NAME
    index_title = "Moderation"
    index_template = "admin/queue_first.html"
    site_url = None

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Send moderators who need a second factor to the page where they set it up."""
        admitted = super().admin_view(view, cacheable)

        @wraps(view)
        def with_second_factor(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if isinstance(user, Account) and moderators.lacks_second_factor(user):
                return redirect("second_factor")
            answer: HttpResponseBase = admitted(request, *args, **kwargs)
            return answer

        return with_second_factor

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        waiting = queries.waiting(at_most=COUNTED) if request.user.has_perm("follows.view_followrequest") else None
        decides = request.user.has_perm("accounts.decide_application")
        applications = joining.applications().count() if decides else 0
        return super().index(
            request, {"waiting": None if waiting is None else bounded(waiting), "applications": applications}
        )

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the graph first, and its follow requests at the top."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: model["object_name"] != "FollowRequest")
        return sorted(apps, key=lambda app: app["app_label"] != "follows")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        view = OwnPasswordView.as_view(
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request),
        )
        return view(request)
