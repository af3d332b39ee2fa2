"""The pages for a forgotten password and for the confirmation of an e-mail address. Both APIs use them."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import FormView

from accounts import attempts, limits, people
from accounts.mail import letters, outbox
from accounts.models import Account, Letter
from accounts.models.joining import waits_for_approval
from accounts.pages.shell import SITE, page, render_page

PASSWORD_LENGTHS = range(6, 21)  # that the apps of both APIs take


class EmailForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    email.widget.attrs |= {"autocomplete": "email", "autofocus": True}


@method_decorator(page, name="dispatch")
class AskForMail(FormView):  # type: ignore[type-arg]  # generic for the checker alone
    """Has a mail sent. Nobody learns from the answer, nor from its time, whether the address is known."""

    template_name = "accounts/pages/ask_for_mail.html"
    form_class = EmailForm
    kind: ClassVar[Letter.Kind]
    texts: ClassVar[dict[str, Any]]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**SITE, **self.texts, **context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            place = limits.neighbourhood(request.META.get("REMOTE_ADDR"))
            limits.charge((limits.EMAILS_FROM, place), (limits.EMAILS_TO, outbox.digest(request.POST.get("email", ""))))
        except limits.TooMany:
            text = _("Please try again in a few minutes.")
            return render_page(
                request, "accounts/pages/error", status=429, title=_("Too many attempts"), description=text
            )
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: EmailForm) -> HttpResponse:
        try:
            outbox.post(self.kind, form.cleaned_data["email"])
        except outbox.NoMailServer:
            text = _("Please ask the administrator of this server for help.")
            return render_page(
                self.request,
                "accounts/pages/error",
                status=503,
                title=_("This server cannot send mail"),
                description=text,
            )
        return render_page(self.request, "accounts/pages/ask_for_mail", sent=form.cleaned_data["email"], **self.texts)


class ForgottenPassword(AskForMail):
    kind = Letter.Kind.PASSWORD
    texts: ClassVar = {
        "title": _("Forgot your password?"),
        "lead": _("Enter your e-mail address. We will send you a link to choose a new password."),
        "action": _("Send me a link"),
        "after": _("If an account here has this address, we have sent a link to choose a new password."),
    }


class AnotherConfirmation(AskForMail):
    kind = Letter.Kind.CONFIRMATION
    texts: ClassVar = {
        "title": _("Confirmation mail did not arrive?"),
        "lead": _("Enter your e-mail address. We will send the mail again."),
        "action": _("Send again"),
        "after": _("If an account here still has to confirm this address, we have sent the mail again."),
    }


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for the checker alone
    """Django's form with the lengths that the apps accept; the password is stored through `people`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs |= {"minlength": PASSWORD_LENGTHS[0], "maxlength": PASSWORD_LENGTHS[-1]}

    def clean_new_password1(self) -> str:
        password = str(self.cleaned_data["new_password1"])
        if len(password) not in PASSWORD_LENGTHS:
            raise forms.ValidationError(
                _("Please use %(least)d to %(most)d characters."),
                code="length",
                params={"least": PASSWORD_LENGTHS[0], "most": PASSWORD_LENGTHS[-1]},
            )
        return password

    def save(self, commit: bool = True) -> Account:
        account: Account = self.user
        people.reset_password_by_mail(account, self.cleaned_data["new_password1"])
        return account


@method_decorator(page, name="dispatch")
class NewPassword(PasswordResetConfirmView):
    """The page behind the link; Django moves the token from the address into the session first."""

    template_name = "accounts/pages/new_password.html"
    form_class = NewPasswordForm
    extra_context = SITE

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        attempts.forget(form.user, self.request.META.get("REMOTE_ADDR"))
        return render_page(self.request, "accounts/pages/new_password", done=True)

    def get_success_url(self) -> str:
        return "/"


@page
@require_http_methods(["GET"])
def confirm_email(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """The page behind the link of a confirmation."""
    account = letters.confirmed_by(person, token)
    if account is not None:
        people.prove_email(account.pk)
        account.refresh_from_db()
    waits = account is not None and waits_for_approval(account)
    return render_page(
        request, "accounts/pages/confirmed", status=200 if account else 404, account=account, waits=waits
    )


@page
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead to the settings, or people who are not signed in to the page for a forgotten password."""
    return redirect("settings_account" if request.user.is_authenticated else "forgotten_password")
