"""Signing in and out, for every page and the admin."""

import time
from math import ceil
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts import attempts, familiar_addresses, grace, limits, lookup, second_factor
from accounts.access import touch
from accounts.models import Account
from accounts.models.joining import waits_for_approval
from accounts.pages.shell import SITE, page, render_page

HALFWAY = "second_step"  # in the session: whose password was right
TIME_FOR_A_CODE = 10 * 60  # seconds


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
        if waits_for_approval(user):
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
        account = form.get_user()
        assert isinstance(account, Account)  # noqa: S101  # our backend knows no others
        if not second_factor.is_on(account.pk):
            return enter(self.request, account, destination(self.request, account))
        self.request.session.cycle_key()  # whoever knew the key before knows nothing of the password
        self.request.session[HALFWAY] = {
            "account": account.pk,
            "password": account.get_session_auth_hash(),
            "since": time.time(),
            "onward": destination(self.request, account),
        }
        return HttpResponseRedirect(reverse("second_step"))


class _Once(forms.TextInput):
    """The typed code is not shown again, because it cannot be used again."""

    def format_value(self, value: Any) -> None:
        return None


class CodeForm(forms.Form):
    """The second step. Codes are letters for phones that fill them in."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40, widget=_Once)
    code.widget.attrs |= {"autocomplete": "one-time-code", "spellcheck": "false"}


@page
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask somebody who gave the right password for a code."""
    halfway = request.session.get(HALFWAY, {})
    account = Account.objects.filter(pk=halfway.get("account", 0)).first()
    if account is None or not _is_fresh(halfway, account):
        return HttpResponseRedirect(reverse("sign_in"))
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True
    if form.is_valid():
        try:
            attempt = attempts.begin("", account, request.META.get("REMOTE_ADDR", ""), attempts.SECOND_STEP)
            second_factor.use(account.pk, form.cleaned_data["code"])
        except limits.TooMany as refused:
            return too_many(request, refused)
        except second_factor.WrongCode:
            form.add_error("code", _("This code is not right, or it was used before. Please try the next one."))
        else:
            attempt.succeeded()
            return enter(request, account, halfway["onward"])
    return render_page(request, "accounts/pages/second_step", status=422 if form.is_bound else 200, form=form)


def _is_fresh(halfway: dict[str, Any], account: Account) -> bool:
    """Return True if the password was right a few minutes ago, and still is."""
    recent = 0 <= time.time() - halfway["since"] < TIME_FOR_A_CODE
    return recent and constant_time_compare(halfway["password"], account.get_session_auth_hash())


def enter(request: HttpRequest, account: Account, onward: str) -> HttpResponse:
    """Sign somebody in who has shown who they are, and lead them on."""
    address = familiar_addresses.valid(request.META.get("REMOTE_ADDR", ""))
    touch(account.pk, account.last_active_at, address, moved=address not in {None, account.last_address})
    if grace.end(account.pk):
        messages.success(request, _("Welcome back. Your account will not be deleted."))
    request.session.pop(HALFWAY, None)
    login(request, account, settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(onward)


def destination(request: HttpRequest, account: Account) -> str:
    """Return the address after signing in: the page that the person came from, or their first page."""
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
