"""Signing in and out, for every page and the admin."""

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import attempts, entrance, familiar, grace, limits, lookup
from accounts.access import touch
from accounts.models import Account
from accounts.pages.shell import SITE, page, render_page


class SignInForm(AuthenticationForm):
    """By name or e-mail. One message for both mistakes, so that nobody can find out which names exist."""

    error_messages = {
        "invalid_login": gettext_lazy("The name or the password is not right. Please try again."),
        "inactive": gettext_lazy(
            "Please confirm your e-mail address first. Open the link in the mail that we sent you."
        ),
        "waits": gettext_lazy("A moderator has not read your request to join yet. We will tell you by mail."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = gettext_lazy("User name or e-mail")
        name.widget.attrs |= {"maxlength": 254, "autocomplete": "username", "spellcheck": "false"}
        self.fields["password"].label = gettext_lazy("Password")

    def confirm_login_allowed(self, user: Account) -> None:
        if entrance.waits(user):
            raise ValidationError(self.error_messages["waits"], code="waits")
        if not user.may_come_back:
            super().confirm_login_allowed(user)


class _SignIn(LoginView):
    template_name = "accounts/pages/sign_in.html"
    authentication_form = SignInForm
    extra_context = SITE | {"confirms": settings.CONFIRM_EMAIL}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"may_sign_up": settings.REGISTRATIONS_OPEN}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Limit wrong passwords per address and per account."""
        name, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
        if not request.POST.get("password"):
            return super().post(request, *args, **kwargs)  # an empty password is not an attempt
        try:
            self.attempt = attempts.begin(name, lookup.local(name), address, attempts.PAGE)
        except limits.TooMany as refused:
            return too_many(request, refused)
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
        return _home(self.request.user)


def destination(request: HttpRequest, account: Account) -> str:
    """Where somebody goes who has just signed in: back to where they came from, or to their first page."""
    onward = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if allowed else _home(account)


def too_many(request: HttpRequest, refused: limits.TooMany) -> HttpResponse:
    """Tell somebody when they may try again."""
    minutes = ceil(refused.state.reset / 60)
    wait = ngettext("Please try again in %(n)d minute.", "Please try again in %(n)d minutes.", minutes) % {"n": minutes}
    return render_page(request, "accounts/pages/error", status=429, title=_("Too many attempts"), description=wait)


def _home(account: Any) -> str:
    if account.is_staff:
        return reverse("admin:index")
    try:
        return reverse("requests")
    except NoReverseMatch:  # where only the accounts have pages
        return resolve_url("authorized_applications")


sign_in = page(_SignIn.as_view())
sign_out = page(LogoutView.as_view(next_page="sign_in"))
