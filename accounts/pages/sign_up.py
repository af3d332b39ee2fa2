"""Signing up in the browser, and the texts that one agrees to."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import domains, joining, limits, lookup, markup
from accounts.models import Account
from accounts.models.joining import Document
from accounts.pages.problems import add_faults
from accounts.pages.recovery import PASSWORD_LENGTHS
from accounts.pages.shell import page, render_page
from accounts.pages.sign_in import destination, enter, too_many
from accounts.validation import Invalid

PRESSED_TWICE = timedelta(minutes=1)
LEAST_PASSWORD = 8  # characters, as at the Mastodon API


class SignUpForm(forms.Form):
    """The form for a new account. `people` checks the name and the address."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=30,
        help_text=gettext_lazy("Letters of the Latin alphabet, digits and _. You cannot change it later."),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        min_length=LEAST_PASSWORD,
        max_length=PASSWORD_LENGTHS[-1],
        widget=forms.PasswordInput,
        help_text=gettext_lazy("8 to 20 characters. Longer is safer."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you want to join?"),
        max_length=joining.MAX_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only moderators read this."),
    )
    agreement = forms.BooleanField(label=gettext_lazy("I agree to the rules and texts of this server."))
    invite = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)

    def __init__(self, *args: Any, approval: bool, agreement: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kept in {"reason": approval, "agreement": agreement}.items():
            if not kept:
                del self.fields[name]
        attributes = {"username": "username", "email": "email", "password": "new-password"}
        for name, kind in attributes.items():
            self.fields[name].widget.attrs |= {"autocomplete": kind}
        self.fields["username"].widget.attrs |= {"spellcheck": "false", "autocapitalize": "none", "autofocus": True}


@page
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account, as the server's registration mode allows it."""
    code = (request.POST.get("invite") or request.GET.get("invite", "")).strip()
    onward = {"next": request.POST.get("next") or request.GET.get("next", "")}
    if not joining.is_possible(code):
        by_invitation = settings.REGISTRATIONS_OPEN
        return render_page(
            request, "accounts/pages/sign_up_closed", status=403, by_invitation=by_invitation, code=code, **onward
        )
    approval, rules, documents = joining.needs_approval(code), joining.rules(), joining.documents()
    form = SignUpForm(
        request.POST or None, initial={"invite": code}, approval=approval, agreement=bool(rules or documents)
    )
    if form.is_valid():
        try:
            account = _join(request, form)
        except limits.TooMany as refused:
            return too_many(request, refused)
        except joining.Closed:  # the invitation's last place was taken meanwhile
            return HttpResponseRedirect(request.get_full_path())
        except Invalid as invalid:
            if made := _just_made(form):
                return _welcome(request, made, waits=approval)
            add_faults(form, invalid)
        else:
            return _welcome(request, account, waits=approval)
    context = {"form": form, "approval": approval, "rules": rules, "documents": documents}
    status = 422 if form.is_bound else 200
    return render_page(
        request, "accounts/pages/sign_up", status=status, invite=joining.invite(code), **context, **onward
    )


def _join(request: HttpRequest, form: SignUpForm) -> Account:
    address = request.META.get("REMOTE_ADDR", "")
    limits.charge((limits.REGISTRATIONS, limits.neighbourhood(address)))
    values = form.cleaned_data
    return joining.join(
        invite_code=values["invite"],
        reason=values.get("reason", ""),
        **{name: values[name] for name in ("username", "email", "password")},
    )


def _just_made(form: SignUpForm) -> Account | None:
    """The account that this form made a moment ago: people press a button twice."""
    values = form.cleaned_data
    account = lookup.local(values["username"])
    if account is None or timezone.now() - account.created_at > PRESSED_TWICE:
        return None
    same = account.email.lower() == domains.of_address(values["email"]).lower() and account.check_password(
        values["password"]
    )
    return account if same else None


def _welcome(request: HttpRequest, account: Account, *, waits: bool) -> HttpResponse:
    if not account.unconfirmed:
        return enter(request, account, destination(request, account))
    confirms = settings.CONFIRM_EMAIL
    return render_page(request, "accounts/pages/sign_up", account=account, waits=waits, confirms=confirms)


def invitation(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001  # a view
    """The short address of an invitation."""
    return HttpResponseRedirect(f"{reverse('sign_up')}?{urlencode({'invite': code})}")


@page
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules of this server."""
    if not (known := joining.rules()):
        raise Http404
    return render_page(request, "accounts/pages/text", title=_("Rules"), rules=known)


@page
@require_safe
def document(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a longer text of this server."""
    found = joining.document(kind)
    if found is None:
        raise Http404
    titles = {Document.Kind.TERMS: _("Terms of service"), Document.Kind.PRIVACY: _("Privacy policy")}
    text, title = markup.paragraphs(found.text.replace("\r\n", "\n")), titles[Document.Kind(kind)]
    return render_page(request, "accounts/pages/text", title=title, text=text, changed_at=found.changed_at)
