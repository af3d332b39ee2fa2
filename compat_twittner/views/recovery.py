"""A forgotten password: the request, the mail, and the page that its link opens (twittner.md §2.1)."""

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.cache import cache
from django.core.mail import send_mail
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework.request import Request

from accounts import attempts, limits, lookup, people
from accounts.models import Account
from compat_twittner.api import success
from compat_twittner.refusals import BROKEN, Failure
from compat_twittner.views.authentication import PASSWORD_LENGTHS, Guest

EMAIL_LENGTHS = range(8, 56)
MAIL_EVERY = 60  # seconds between two mails to one address


class ResetPassword(Guest):
    bare = True

    def post(self, request: Request) -> HttpResponse:
        email = self.params.form.text("email")
        if len(email) not in EMAIL_LENGTHS or not people.is_email(email):
            raise Failure((411, "Email address is not valid"), bare=True)
        limits.charge((limits.EMAILS_FROM, self.place), (limits.EMAILS_TO, _digest(email)))
        account = lookup.local(email)
        if account is not None and account.is_active:
            _send(account)
        elif settings.TELL_UNKNOWN_EMAIL:
            raise Failure((411, "Email address is unknown"), bare=True)
        return success("Check your email for resetting your password")


def _send(account: Account) -> None:
    """Mail the owner a link, unless one is just on its way."""
    recent = f"reset:{_digest(account.email)}"
    if settings.RATE_LIMITS and not cache.add(recent, 1, MAIL_EVERY):
        return
    person, token = urlsafe_base64_encode(force_bytes(account.pk)), default_token_generator.make_token(account)
    link = settings.BASE_URL + reverse("reset_password", args=(person, token))
    text = render_to_string(
        "compat_twittner/reset.txt", {"account": account, "link": link, "site_name": settings.SITE_NAME}
    )
    try:
        send_mail(f"Your password at {settings.SITE_NAME}", text, None, [account.email])
    except OSError:  # no mail server; SMTP errors are OSErrors too
        if settings.RATE_LIMITS:
            cache.delete(recent)
        raise Failure(BROKEN, bare=True) from None


def _digest(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for the checker alone
    """Django's form with the lengths that the phones accept; the password is stored through `people`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs |= {"minlength": PASSWORD_LENGTHS[0], "maxlength": PASSWORD_LENGTHS[-1]}

    def clean_new_password1(self) -> str:
        password = str(self.cleaned_data["new_password1"])
        if len(password) not in PASSWORD_LENGTHS:
            raise forms.ValidationError(
                f"Please take {PASSWORD_LENGTHS[0]} to {PASSWORD_LENGTHS[-1]} characters.", code="length"
            )
        return password

    def save(self, commit: bool = True) -> Account:
        account: Account = self.user
        people.reset_password(account, self.cleaned_data["new_password1"])
        return account


class NewPassword(PasswordResetConfirmView):
    """The page behind the link; Django moves the token from the address into the session first."""

    template_name = "compat_twittner/reset.html"
    form_class = NewPasswordForm
    extra_context = {"site_name": settings.SITE_NAME}

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        attempts.forget(form.user, self.request.META.get("REMOTE_ADDR"))
        return render(self.request, self.template_name, {"site_name": settings.SITE_NAME, "done": True})

    def get_success_url(self) -> str:
        return "/"
