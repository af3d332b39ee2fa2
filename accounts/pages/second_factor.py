"""The page on which members turn their second factor on and off."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import credentials, familiar_addresses, limits
from accounts import second_factor as factor
from accounts.models import Account
from accounts.pages.settings.tabs import render_settings, settings_page
from accounts.pages.sign_in import CodeForm

TEMPLATE = "accounts/pages/settings/second_factor"


class PasswordForm(forms.Form):
    """The owner proves who they are; it is asked for before each change."""

    password = forms.CharField(label=gettext_lazy("Your password"), strip=False, widget=forms.PasswordInput)
    password.widget.attrs |= {"autocomplete": "current-password"}

    def __init__(self, *args: Any, account: Account, address: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.address = account, address

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        try:
            credentials.confirm(self.account, password, self.address)
        except limits.TooMany:
            raise forms.ValidationError(_("Too many wrong passwords. Please try again later.")) from None
        except credentials.WrongCredentials:
            raise forms.ValidationError(_("This is not your password.")) from None
        return password


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@settings_page
def second_factor(request: HttpRequest) -> HttpResponse:
    account = request.user
    assert isinstance(account, Account)  # noqa: S101  # of a member
    asked = request.POST.get("do", "")
    given: dict[str, Any] = {
        "account": account,
        "address": familiar_addresses.valid(request.META.get("REMOTE_ADDR", "")),
    }
    forms_: dict[str, forms.Form] = {
        name: PasswordForm(request.POST if name == asked else None, prefix=None, auto_id=f"id_{name}_%s", **given)
        for name in ("begin", "codes", "off")
    }
    forms_["confirm"] = CodeForm(request.POST if asked == "confirm" else None)
    form = forms_.get(asked)
    if form is not None and form.is_valid():
        try:
            codes = _do(asked, account.pk, form)
        except factor.WrongCode:
            form.add_error("code", _("This code is not right. Check the clock of your phone, and try the next one."))
        except factor.AlreadyOn:
            return HttpResponseRedirect(reverse("second_factor"))
        else:
            if codes:
                return render_settings(request, TEMPLATE, "second_factor", codes=codes)
            if asked == "off":
                messages.success(request, _("Your second factor is off."))
            return HttpResponseRedirect(reverse("second_factor"))
    secret = factor.begun(account.pk)
    return render_settings(
        request,
        TEMPLATE,
        "second_factor",
        status=422 if form is not None else 200,
        forms=forms_,
        is_on=factor.is_on(account.pk),
        left=factor.recovery_codes_left(account.pk),
        demanded=factor.is_demanded(staff=account.is_staff),
        secret=secret,
        qr=_qr(secret, account.username) if secret else "",
    )


def _do(asked: str, account: int, form: forms.Form) -> list[str]:
    """Recovery codes, if there are new ones."""
    match asked:
        case "begin":
            factor.begin(account)
        case "confirm":
            return factor.confirm(account, form.cleaned_data["code"])
        case "codes" if factor.is_on(account):
            return factor.new_recovery_codes(account)
        case "off":
            factor.turn_off(account)
    return []


def _qr(secret: str, username: str) -> str:
    import segno  # imported late: it is rarely needed

    drawn = segno.make_qr(factor.address(secret, username)).svg_inline(scale=5, light="#fff")
    return mark_safe(drawn)  # noqa: S308  # without anything that a person wrote
