"""The base of the pages of the settings: their tabs and their rate limit."""

from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import limits
from accounts.invitations import may_invite
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.pages.shell import PageView, member, render_page
from accounts.pages.sign_in import too_many


class Tab(NamedTuple):
    """A page of the settings, by the name of its URL. One whose URL is not there is left out."""

    page: str
    label: str | Promise


TABS = [
    Tab("settings_profile", _("Profile")),
    Tab("settings_gate", _("Follow settings")),
    Tab("settings_notices", _("Notices")),
    Tab("settings_language", _("Language")),
    Tab("settings_account", _("Account")),
    Tab("second_factor", _("Second factor")),
    Tab("sessions", _("Sessions")),
]
INVITATIONS = Tab("invitations", _("Invitations"))  # of those who may invite


def settings_page(view: PageView) -> PageView:
    """Wrap a page of the settings: as `member`, counted together with the calls of the APIs."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            limits.charge((limits.ACCOUNT, request.user.pk or 0))
            return view(request, *args, **kwargs)
        except limits.TooMany as refused:
            return too_many(request, refused)
        except NoSuchAccount:  # it was deleted meanwhile
            return redirect("sign_in")

    return member(counted)


def posted(request: HttpRequest) -> QueryDict | None:
    """The form that was sent; None if the page is only looked at."""
    return request.POST if request.method == "POST" else None


def render_settings(
    request: HttpRequest, template: str, tab: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the settings, under one of the tabs."""
    may = isinstance(request.user, Account) and may_invite(request.user)
    tabs = [*TABS, INVITATIONS] if may else TABS
    return render_page(request, template, status, section="settings", tabs=tabs, tab=tab, **context)
