"""Signing in and out, for every page and the admin."""

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.defaultfilters import pluralize
from django.utils.translation import gettext as _

from accounts import attempts, familiar, grace, limits, lookup
from accounts.access import touch
from accounts.models import Account
from accounts.pages.shell import SITE, page, render_page


class SignInForm(AuthenticationForm):
    """By name or e-mail. One message for both mistakes, so that nobody can find out which names exist."""

    error_messages = {
        "invalid_login": "The name or the password is not right. Please try again.",
        "inactive": "Please confirm your e-mail address first. Open the link in the mail that we sent you.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = "User name or e-mail"
        name.widget.attrs |= {"maxlength": 254, "autocomplete": "username", "spellcheck": "false"}

    def confirm_login_allowed(self, user: Account) -> None:
        if not user.may_come_back:
            super().confirm_login_allowed(user)


class _SignIn(LoginView):
    template_name = "accounts/pages/sign_in.html"
    authentication_form = SignInForm
    extra_context = SITE | {"confirms": settings.CONFIRM_EMAIL}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Limit wrong passwords per address and per account."""
        name, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
        if not request.POST.get("password"):
            return super().post(request, *args, **kwargs)  # an empty password is not an attempt
        try:
            self.attempt = attempts.begin(name, lookup.local(name), address, attempts.PAGE)
        except limits.TooMany as refused:
            minutes = ceil(refused.state.reset / 60)
            wait = f"Please try again in {minutes} minute{pluralize(minutes)}."
            return render_page(request, "accounts/pages/error", status=429, title="Too many attempts", description=wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        self.attempt.succeeded()
        account, address = form.get_user(), familiar.valid(self.request.META.get("REMOTE_ADDR", ""))
        assert isinstance(account, Account)  # noqa: S101  # our backend knows no others
        touch(account.pk, account.last_active_at, address, moved=address not in {None, account.last_address})
        if grace.end(account.pk):
            messages.success(self.request, _("Welcome back. Your account will not be deleted."))
        return super().form_valid(form)

    def get_default_redirect_url(self) -> str:
        staff = getattr(self.request.user, "is_staff", False)
        return resolve_url("admin:index" if staff else "authorized_applications")


sign_in = page(_SignIn.as_view())
sign_out = page(LogoutView.as_view(next_page="sign_in"))
