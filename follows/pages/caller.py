"""The member who calls a page: the id, the limits, the messages of refusals, and the next page."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import limits, lookup
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.pages.shell import PageView, member, render_page
from accounts.refused import Refused
from follows.policy import Blocked, FollowsTooMany, SelfFollow

DOOR = "pages"
PAGE = 40  # rows
REFUSALS: dict[type[Exception], Promise] = {
    NoSuchAccount: _("This account does not exist any more."),
    SelfFollow: _("This is your own account."),
    Blocked: _("You cannot follow this account."),
    FollowsTooMany: _("You have reached the limit of accounts that you can follow. Unfollow some first."),
}


def members_page(view: PageView) -> PageView:
    """Wrap a page for members: count its calls with those of the APIs, and show the message of a refusal.

    A refused form leads back to its page, which says why.
    """

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            further = [(limits.PAGING, me(request))] if "after" in request.GET else []
            limits.charge((limits.ACCOUNT, me(request)), *further)
            return view(request, *args, **kwargs)
        except limits.TooMany as refused:
            soon = refused.state.reset <= limits.HOUR
            text = _("Please try again in a few minutes.") if soon else _("Please try again tomorrow.")
            return render_page(
                request, "accounts/pages/error", status=429, title=_("Too many requests"), description=text
            )
        except (Refused, IntegrityError) as error:
            refusal = lookup.told_by_the_database(error)
            if type(refusal) not in REFUSALS:
                raise
            if request.method != "POST":
                return nobody(request)
            messages.error(request, str(REFUSALS[type(refusal)]))
            return HttpResponseRedirect(next_page(request, "requests"))

    return member(through)


def nobody(request: HttpRequest) -> HttpResponseBase:
    """The page for an account that is not there."""
    hint = {"title": _("Nobody here"), "description": _("There is no such account on this server.")}
    return render_page(request, "accounts/pages/error", status=404, **hint)


def me(request: HttpRequest) -> int:
    """The id of the member who is signed in."""
    return int(request.user.pk or 0)


def actor(request: HttpRequest) -> Actor:
    """Return the account that writes, for the log of decisions."""
    return Actor(me(request), DOOR)


def is_htmx(request: HttpRequest) -> bool:
    """Return True if the page's script asks for a part of it."""
    return bool(getattr(request, "htmx", False))


def next_page(request: HttpRequest, fallback: str) -> str:
    """Return the next page of a form: an address of this server, else the page of this name."""
    address = request.POST.get("next", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse(fallback)
