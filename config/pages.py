"""The front page and the error pages: those that belong to neither API."""

import re
import sys
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import counts, joining
from accounts.pages.shell import SITE, PageView, page, render_page
from compat_mastodon.api import RETRY_AFTER, answer
from compat_mastodon.views.instance import PUBLIC
from config.bodies import BrokenOff
from config.log import UNANSWERED

Text = str | Promise
UNREAD = "The request could not be read"
MACHINES = re.compile(
    r"/(api|oauth/(token|revoke|userinfo)|\.well-known|nodeinfo)(/|$)"
)  # clients of these paths read JSON


@partial(page, personal=False)
@require_safe
def front(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # it is the same for everybody
    """Introduce the server and say how to use it with an app."""
    told = {
        "description": settings.SITE_DESCRIPTION,
        "people": counts.local_count(),
        "contact": settings.CONTACT_EMAIL,
        "registrations_open": settings.REGISTRATIONS_OPEN,
        "texts": joining.documents() | ({"rules"} if joining.rules() else set()),
    }
    response = render(None, "front.html", SITE | told)
    response["Cache-Control"] = PUBLIC
    return response


def _failure(status: HTTPStatus, title: Text, description: Text, hint: Text, error: str = "") -> PageView:
    """Return an error page that needs no database, because the database may have failed."""

    @partial(page, personal=False)
    def failure(request: HttpRequest, exception: object = None, **_more: object) -> HttpResponse:
        if MACHINES.match(request.path_info):
            return answer({"error": UNREAD if isinstance(exception, BrokenOff) else error or status.phrase}, status)
        return render_page(None, "accounts/pages/error", status=status, title=title, description=description, hint=hint)

    return failure


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request for another host, or one that is malformed."""
    return (unknown_host if isinstance(exception, DisallowedHost) else unreadable)(request, exception=exception)


unknown_host = _failure(
    HTTPStatus.BAD_REQUEST,
    _("This server has another address"),
    format_lazy(_("It answers at {address}, and not at the address that you used."), address=settings.BASE_URL),
    _("If you run this server, set BASE_URL to the address that people use, or add this one to ALLOWED_HOSTS."),
    error=f"This server answers at {settings.BASE_URL}; set BASE_URL or ALLOWED_HOSTS for other addresses",
)
unreadable = _failure(
    HTTPStatus.BAD_REQUEST,
    _("Invalid request"),
    _("The server cannot read the address or the form that you sent."),
    _("Please go back, reload the page and try again."),
)
forbidden = _failure(
    HTTPStatus.FORBIDDEN,
    _("Access denied"),
    _("Your account does not have permission for this."),
    _("If you need it, ask the administrator of this server."),
)
stale = _failure(  # a form without its token: from another site, or too late
    HTTPStatus.FORBIDDEN,
    _("This page has expired"),
    _("Your changes were not saved."),
    _("Please go back, reload the page and try again."),
)
not_found = _failure(
    HTTPStatus.NOT_FOUND,
    _("Page not found"),
    _("There is no page at this address."),
    _("Check the spelling. The page may also have been removed."),
)
fault = _failure(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    _("Something went wrong"),
    _("The server has a problem. You did nothing wrong."),
    _("Please try again in a few minutes."),
)
away = _failure(
    HTTPStatus.SERVICE_UNAVAILABLE,
    _("The server is busy"),
    _("The database did not answer in time. Nothing was changed."),
    _("Please try again in a minute."),
)


full = _failure(
    HTTPStatus.SERVICE_UNAVAILABLE,
    _("The server is busy"),
    _("The server has no room for the file that you sent. Nothing was changed."),
    _("Please try again in a few minutes."),
)


def broken(request: HttpRequest) -> HttpResponseBase:
    """Answer after an exception: the database did not answer, or the server has a bug."""
    if not isinstance(sys.exception(), UNANSWERED):
        return fault(request)
    return later(away(request))


def no_room(request: HttpRequest) -> HttpResponseBase:
    """Answer a request whose body could not be kept."""
    return later(full(request))


def later(response: HttpResponseBase) -> HttpResponseBase:
    response["Retry-After"] = RETRY_AFTER
    return response
