"""The page that lists where a member is signed in: browsers, apps of this API, and phones of the other."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import browsers, sessions
from accounts.models import Account
from accounts.pages.settings.tabs import render_settings, settings_page
from compat_mastodon.oauth import scopes, tokens
from compat_mastodon.params import as_id


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page
def page(request: HttpRequest) -> HttpResponse:
    account = request.user
    assert isinstance(account, Account)  # noqa: S101  # of a member
    if request.method == "POST":
        return _end(request, account)
    apps = [
        (client, scopes.in_words(scope for token in held for scope in token.scope.split()), held)
        for client, held in tokens.clients_of(account)
    ]
    return render_settings(
        request,
        "compat_mastodon/sessions",
        "sessions",
        browsers=browsers.of(account.pk, request.session.session_key),
        phones=sessions.of(account.pk),
        apps=[(client, words, held[-1].created, max(token.used_at for token in held)) for client, words, held in apps],
    )


def _end(request: HttpRequest, account: Account) -> HttpResponse:
    """Sign one of them out, or all; one that is gone already is no fault."""
    kind, _colon, number = request.POST.get("end", "").partition(":")
    one = as_id(number) or 0
    match kind:
        case "everything":
            sessions.sign_out(account.pk)
            logout(request)
            browsers.close_all(account.pk)
            messages.success(request, _("You are signed out everywhere."))
            return redirect("sign_in")
        case "browser":
            browsers.close(account.pk, one)
        case "phone":
            sessions.close_own(account.pk, one)
        case "app":
            tokens.withdraw(account, one)
    messages.success(request, _("Signed out there."))
    return HttpResponseRedirect(request.path)
