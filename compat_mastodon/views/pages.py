"""What people see of OAuth: signing in, the consent page, the code page, the list of their apps.

The pages work without JavaScript. Their policy lets nothing in from elsewhere, but does not name
`form-action`: consent is answered with a redirect to other hosts and schemes, which it would block,
and popups of web clients need to keep their opener (mastodon.md §6).
"""

import re
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.defaultfilters import pluralize
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from accounts import attempts, familiar, limits, lookup
from accounts.access import touch
from accounts.models import Account
from accounts.pictures import still_avatar_url
from compat_mastodon import oauth, redirects, scopes
from compat_mastodon.authorization import FIELDS, Ask, Callback, ask_of, callback_of
from compat_mastodon.oauth import Refusal
from compat_mastodon.params import FALSE, as_id
from compat_mastodon.views.oauth import refuse

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
SITE = {"site_name": settings.SITE_NAME, "local_domain": settings.LOCAL_DOMAIN, "base_url": settings.BASE_URL}
CODE = re.compile(r"[A-Za-z0-9_-]{43}")

PageView = Callable[..., HttpResponseBase]


def page(view: PageView) -> PageView:
    """A page for people: kept by no cache unless it says so, and with the headers that the flow needs."""

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        response["Content-Security-Policy"] = POLICY
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return with_headers


# --- signing in -----------------------------------------------------------------------------------


class SignInForm(AuthenticationForm):
    """By name or e-mail. What is wrong is not told apart, so that nobody learns which names exist."""

    error_messages = {
        "invalid_login": "The name or the password is not right. Please try again.",
        "inactive": "Please confirm your e-mail address first: open the link in the mail that we sent you.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label = "User name or e-mail"
        name.widget.attrs |= {"maxlength": 254, "autocomplete": "username", "spellcheck": "false"}


class _SignIn(LoginView):
    template_name = "compat_mastodon/sign_in.html"
    authentication_form = SignInForm
    extra_context = SITE | {"confirms": settings.CONFIRM_EMAIL}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Guessing is limited by address and by account (mastodon.md §5.7)."""
        name, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
        if not request.POST.get("password"):
            return super().post(request, *args, **kwargs)  # that is no guess
        try:
            self.attempt = attempts.begin(name, lookup.local(name), address, attempts.PAGE)
        except limits.TooMany as refused:
            minutes = ceil(refused.state.reset / 60)
            wait = f"Please try again in {minutes} minute{pluralize(minutes)}."
            return render_page(request, "error", status=429, title="Too many attempts", description=wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        self.attempt.succeeded()
        account, address = form.get_user(), familiar.valid(self.request.META.get("REMOTE_ADDR", ""))
        assert isinstance(account, Account)  # noqa: S101  # our backend knows no others
        touch(account.pk, account.last_active_at, address, moved=address not in {None, account.last_address})
        return super().form_valid(form)

    def get_default_redirect_url(self) -> str:
        staff = getattr(self.request.user, "is_staff", False)
        return resolve_url("admin:index" if staff else "authorized_applications")


sign_in = page(_SignIn.as_view())
sign_out = page(LogoutView.as_view(next_page="sign_in"))


# --- /oauth/authorize -------------------------------------------------------------------------------


@page
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def authorize(request: HttpRequest) -> HttpResponse:
    try:
        params = _params(request)
    except Refusal as refusal:
        return _error(request, refusal)
    if not request.user.is_authenticated:
        asked = {name: value for name, value in params.items() if value}
        return redirect_to_login(f"{request.path}?{urlencode(asked)}")
    return _decide(request, params) if request.method in {"POST", "DELETE"} else _consent(request, params)


@page
@login_required
def native(request: HttpRequest) -> HttpResponse:
    """Shows the code that a person carries over by hand."""
    code = request.GET.get("code", "")
    if not CODE.fullmatch(code):
        return _error(request, Refusal("invalid_request"))
    return render_page(request, "code", code=code)


def _consent(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    """Asks the person, unless they allowed exactly this before (mastodon.md §1.3)."""
    try:
        callback = callback_of(params)
        ask = ask_of(params, callback.application)
    except Refusal as refusal:
        return _error(request, refusal)
    must_ask = params["force_login"] not in FALSE | {""}
    if not must_ask and oauth.is_approved(callback.application, _me(request), ask.scopes):
        return _approve(request, callback, ask)
    return render_page(
        request,
        "consent",
        application=callback.application,
        permissions=scopes.in_words(ask.scopes),
        fields={name: params[name] for name in FIELDS},
        destination=_destination(callback),
        avatar=still_avatar_url(_me(request).avatar.name or ""),
    )


def _decide(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    """The person pressed a button. What was asked is checked again; errors go to the client."""
    try:
        callback = callback_of(params)
    except Refusal as refusal:
        return refuse(refusal)
    try:
        ask = ask_of(params, callback.application)
        if request.method == "DELETE" or request.POST.get("_method", "").lower() == "delete":
            raise Refusal("access_denied")
    except Refusal as refusal:
        return refuse(refusal) if callback.out_of_band else _answer(request, callback, refusal.body)
    return _approve(request, callback, ask)


def _approve(request: HttpRequest, callback: Callback, ask: Ask) -> HttpResponse:
    code = oauth.issue_code(
        callback.application, _me(request), callback.redirect_uri, " ".join(ask.scopes), ask.challenge
    )
    if callback.out_of_band:
        return redirect(f"{resolve_url('native')}?{urlencode({'code': code})}")
    return _answer(request, callback, {"code": code})


def _answer(request: HttpRequest, callback: Callback, answers: dict[str, str]) -> HttpResponse:
    """Send the browser back to the client. Its URI may have any scheme, so this is no HttpResponseRedirect."""
    if callback.state.strip():
        answers = answers | {"state": callback.state}
    if callback.mode == "form_post":
        return render_page(request, "form_post", callback=callback, answers=answers)
    location = redirects.extended(callback.redirect_uri, answers, callback.mode)
    return HttpResponse(status=302, headers={"Location": location})


def _destination(callback: Callback) -> str:
    """Where the person goes next, in a word or two; empty when they copy a code."""
    if callback.out_of_band:
        return ""
    uri = urlsplit(callback.redirect_uri)
    return uri.netloc.rpartition("@")[2] if uri.scheme in {"http", "https"} else "the app on this device"


def _me(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # noqa: S101  # only after it was asked who it is
    return request.user


def _params(request: HttpRequest) -> dict[str, str]:
    """:raises Refusal: when a value holds a NUL byte."""
    names = (*FIELDS, "force_login")
    params = {name: request.GET.get(name) or request.POST.get(name, "") for name in names}
    if any("\0" in value for value in params.values()):
        raise Refusal("invalid_request")
    return params


# --- the apps of a person -----------------------------------------------------------------------------


@page
@login_required
def authorized_applications(request: HttpRequest) -> HttpResponse:
    clients = [
        (client, scopes.in_words(scope for token in tokens for scope in token.scope.split()), tokens[-1].created)
        for client, tokens in oauth.clients_of(_me(request))
    ]
    return render_page(request, "applications", clients=clients)


@page
@require_http_methods(["POST", "DELETE"])
@login_required
def authorized_application(request: HttpRequest, application: str) -> HttpResponse:
    """Takes an app's tokens away."""
    known = as_id(application)
    if known is None:
        raise Http404
    if oauth.withdraw(_me(request), known):
        messages.success(request, "The app can no longer use your account.")
    return HttpResponseRedirect(resolve_url("authorized_applications"))


@page
def developers(request: HttpRequest) -> HttpResponse:
    """Clients register themselves; nobody keeps a list of their own here (mastodon.md §1.7)."""
    return render_page(
        request,
        "error",
        status=403,
        title="Apps register themselves",
        description="There is nothing to set up here: an app makes itself known when you sign in to it.",
    )


# --- pages --------------------------------------------------------------------------------------------


def _error(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return render_page(
        request,
        "error",
        status=refusal.status,
        title="This app could not be connected",
        description=refusal.description,
        hint="The app sent a request that this server cannot follow. Going back and starting again may help.",
        error=refusal.error,
    )


def render_page(request: HttpRequest | None, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Without a request it is the same page for everybody, and no database is asked who looks at it."""
    return render(request, f"compat_mastodon/{template}.html", SITE | context, status=status)
