"""The pages of OAuth: consent, code, and the list of your apps."""

import re
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import moderators
from accounts.models import Account
from accounts.pages.shell import page, render_page
from accounts.pictures import still_avatar_url
from compat_mastodon.oauth import redirects, scopes, tokens
from compat_mastodon.oauth.authorization import FIELDS, Ask, Callback, ask_of, callback_of
from compat_mastodon.oauth.endpoints import refuse
from compat_mastodon.oauth.tokens import Refusal
from compat_mastodon.params import FALSE, as_id

CODE = re.compile(r"[A-Za-z0-9_-]{43}")


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
    return render_page(request, "compat_mastodon/code", code=code)


def _consent(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    """Asks the person, unless they allowed exactly this before (mastodon.md §1.3)."""
    try:
        callback = callback_of(params)
        if scopes.moderate(scopes.split(params["scope"])) and moderators.lacks_second_factor(_me(request)):
            return redirect("second_factor")  # as in the admin
        ask = _ask(request, params, callback)
    except Refusal as refusal:
        return _error(request, refusal)
    must_ask = params["force_login"] not in FALSE | {""}
    if not must_ask and tokens.is_approved(callback.application, _me(request), ask.scopes):
        return _approve(request, callback, ask)
    return render_page(
        request,
        "compat_mastodon/consent",
        application=callback.application,
        permissions=scopes.in_words(ask.scopes),
        fields={name: params[name] for name in FIELDS} | {"scope": " ".join(ask.scopes)},  # no more than is shown
        destination=_destination(callback),
        avatar=still_avatar_url(_me(request).avatar.name or ""),
    )


def _decide(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    """The person pressed a button. The request is checked again; errors go to the client."""
    try:
        callback = callback_of(params)
    except Refusal as refusal:
        return refuse(refusal)
    try:
        ask = _ask(request, params, callback)
        if request.method == "DELETE" or request.POST.get("_method", "").lower() == "delete":
            raise Refusal("access_denied")
    except Refusal as refusal:
        return refuse(refusal) if callback.out_of_band else _answer(request, callback, refusal.body)
    return _approve(request, callback, ask)


def _ask(request: HttpRequest, params: dict[str, str], callback: Callback) -> Ask:
    return ask_of(params, callback.application, moderates=moderators.is_admitted(_me(request)))


def _approve(request: HttpRequest, callback: Callback, ask: Ask) -> HttpResponse:
    code = tokens.issue_code(
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
        return render_page(request, "compat_mastodon/form_post", callback=callback, answers=answers)
    location = redirects.extended(callback.redirect_uri, answers, callback.mode)
    return HttpResponse(status=302, headers={"Location": location})


def _destination(callback: Callback) -> str:
    """Return the destination after consent, for people. Empty if they copy a code."""
    if callback.out_of_band:
        return ""
    uri = urlsplit(callback.redirect_uri)
    return uri.netloc.rpartition("@")[2] if uri.scheme in {"http", "https"} else _("the app on this device")


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
        (client, scopes.in_words(scope for token in held for scope in token.scope.split()), held[-1].created)
        for client, held in tokens.clients_of(_me(request))
    ]
    return render_page(request, "compat_mastodon/applications", clients=clients)


@page
@require_http_methods(["POST", "DELETE"])
@login_required
def authorized_application(request: HttpRequest, application: str) -> HttpResponse:
    """Takes an app's tokens away."""
    known = as_id(application)
    if known is None:
        raise Http404
    if tokens.withdraw(_me(request), known):
        messages.success(request, _("Access revoked. The app can no longer use your account."))
    return HttpResponseRedirect(resolve_url("authorized_applications"))


@page
def developers(request: HttpRequest) -> HttpResponse:
    """Clients register themselves; nobody keeps a list of their own here (mastodon.md §1.7)."""
    return render_page(
        request,
        "accounts/pages/error",
        status=403,
        title=_("Apps register themselves"),
        description=_("You do not have to set up anything here. An app registers when you sign in to it."),
    )


def _error(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    hint = _("The app sent a request that this server does not understand. Go back to the app and try again.")
    if refusal.error == "access_denied":
        hint = _("Only moderators of this server can sign in to this app.")
    return render_page(
        request,
        "accounts/pages/error",
        status=refusal.status,
        title=_("This app could not connect"),
        description=refusal.description,
        hint=hint,
        error=refusal.error,
    )
