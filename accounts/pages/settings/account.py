"""The credentials of an account: its e-mail address and its password. Also the deletion of the account."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import credentials, grace, limits, lookup, new_email, people
from accounts.credentials import WrongCredentials
from accounts.mail.outbox import NoMailServer
from accounts.models import Account
from accounts.pages.problems import add_faults
from accounts.pages.recovery import NewPasswordForm
from accounts.pages.second_factor import PasswordForm as ConfirmForm
from accounts.pages.settings.tabs import posted, render_settings, settings_page
from accounts.pages.shell import render_page
from accounts.validation import Invalid

WRONG = gettext_lazy("This is not your password.")
TOO_MANY = gettext_lazy("Too many attempts. Please try again in a few minutes.")


def _password(label: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label=label, strip=False, max_length=4096, widget=widget)


class EmailForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("New e-mail address"), max_length=254)
    email.widget.attrs |= {"autocomplete": "email"}
    password = _password(gettext_lazy("Your password"))


class PasswordForm(NewPasswordForm):
    """A form with the old password, which counts as an attempt to sign in."""

    old_password = _password(gettext_lazy("Your password now"))
    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, account: Account, data: Any = None, *, address: str | None = None) -> None:
        super().__init__(account, data, auto_id="password_%s")
        self.address = address

    def clean(self) -> dict[str, Any]:
        """Last, so that a mistake in the new password costs no attempt."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                credentials.confirm(self.user, cleaned["old_password"], self.address)
            except WrongCredentials:
                self.add_error("old_password", WRONG)
            except limits.TooMany:
                self.add_error("old_password", TOO_MANY)
        return cleaned

    def save(self, commit: bool = True) -> Account:
        account: Account = self.user
        people.reset_password(account, self.cleaned_data["new_password1"])
        return account


@settings_page
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what can be changed."""
    return _overview(request, _account(request))


@settings_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: HttpRequest) -> HttpResponse:
    """Send a link to a new address."""
    account, form = _account(request), EmailForm(posted(request))
    if form.is_bound and form.is_valid() and _ask(form, account, request):
        text = _("We sent a link to {email}. Open it to use this address.").format(email=form.cleaned_data["email"])
        messages.success(request, text)
        return HttpResponseRedirect(reverse("settings_account"))
    return _overview(request, account, email=form)


@settings_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Set a new password, which ends all other sessions and the tokens of all apps."""
    account = _account(request)
    form = PasswordForm(account, posted(request), address=request.META.get("REMOTE_ADDR"))
    if form.is_bound and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed. All apps and all other browsers are signed out."))
        return HttpResponseRedirect(reverse("settings_account"))
    return _overview(request, account, password=form)


@settings_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and begin the days of grace."""
    account = _account(request)
    form = ConfirmForm(posted(request), account=account, address=request.META.get("REMOTE_ADDR"))
    if form.is_bound and form.is_valid():
        leaves_at = people.ask_to_leave(account.pk)
        logout(request)
        return render_page(request, "accounts/pages/leaving", username=account.username, leaves_at=leaves_at)
    status = 422 if form.errors else 200
    return render_settings(
        request, "accounts/pages/settings/delete", "settings_account", status=status, form=form, days=grace.GRACE.days
    )


def _account(request: HttpRequest) -> Account:
    return lookup.by_id(request.user.pk)


def _overview(request: HttpRequest, account: Account, **bound: forms.Form) -> HttpResponse:
    forms_ = {"email": EmailForm(), "password": PasswordForm(account)} | bound
    status = 422 if any(form.errors for form in bound.values()) else 200
    return render_settings(
        request, "accounts/pages/settings/account", "settings_account", status=status, account=account, **forms_
    )


def _ask(form: EmailForm, account: Account, request: HttpRequest) -> bool:
    """Return False if no link can be sent; the form then says why."""
    sent = form.cleaned_data
    try:
        new_email.ask(account, sent["email"], sent["password"], request.META.get("REMOTE_ADDR"))
    except Invalid as invalid:
        add_faults(form, invalid)
    except WrongCredentials:
        form.add_error("password", WRONG)
    except limits.TooMany:
        form.add_error(None, TOO_MANY)
    except NoMailServer:
        form.add_error(None, _("This server cannot send mail. Please ask its administrator."))
    return not form.errors
