"""The pages of neither door: the front page, and what stands in for an answer where none of them gives one."""

import re
import sys
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import census
from accounts.pages.shell import SITE, PageView, page, render_page
from compat_mastodon.api import RETRY_AFTER, answer
from compat_mastodon.views.instance import PUBLIC
from config.bodies import BrokenOff
from config.log import UNANSWERED

UNREAD = "The request could not be read"
MACHINES = re.compile(r"/(api|oauth/(token|revoke|userinfo)|\.well-known|nodeinfo)(/|$)")  # who asks there reads JSON


@page
@require_safe
def front(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # it is the same for everybody
    """What this server is, and how to come in."""
    told = {
        "description": settings.SITE_DESCRIPTION,
        "people": census.local_count(),
        "contact": settings.CONTACT_EMAIL,
        "registrations_open": settings.REGISTRATIONS_OPEN,
    }
    response = render(None, "front.html", SITE | told)
    response["Cache-Control"] = PUBLIC
    return response


def _failure(status: HTTPStatus, title: str, description: str, hint: str, error: str = "") -> PageView:
    """A page that does not ask who is looking: the database may be what failed."""

    @page
    def failure(request: HttpRequest, exception: object = None, **_: object) -> HttpResponse:
        if MACHINES.match(request.path_info):
            return answer({"error": UNREAD if isinstance(exception, BrokenOff) else error or status.phrase}, status)
        return render_page(None, "accounts/pages/error", status=status, title=title, description=description, hint=hint)

    return failure


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Of another host than ours, or of anything else that makes no sense."""
    return (unknown_host if isinstance(exception, DisallowedHost) else unreadable)(request, exception=exception)


unknown_host = _failure(
    HTTPStatus.BAD_REQUEST,
    "This server has another address",
    f"It answers at {settings.BASE_URL}, and not at the address that you used.",
    "If you run it: set BASE_URL to the address that people use, or add this one to ALLOWED_HOSTS.",
    error=f"This server answers at {settings.BASE_URL}; set BASE_URL or ALLOWED_HOSTS for other addresses",
)
unreadable = _failure(
    HTTPStatus.BAD_REQUEST,
    "This request could not be read",
    "The address or the form that was sent makes no sense to this server.",
    "Please go back, reload the page and try again.",
)
forbidden = _failure(
    HTTPStatus.FORBIDDEN,
    "This is not open to you",
    "Your account may not see or do this.",
    "If it should, please ask whoever runs this server.",
)
stale = _failure(  # a form without its token: from another site, or too late
    HTTPStatus.FORBIDDEN,
    "This page has expired",
    "What you sent was not taken.",
    "Please go back, reload the page and try again.",
)
not_found = _failure(
    HTTPStatus.NOT_FOUND,
    "There is no such page",
    "Nothing on this server has this address.",
    "Please look whether it is spelt right; what was here may also be gone.",
)
fault = _failure(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong",
    "This is a fault of the server, and none of yours.",
    "Please try again in a few minutes.",
)
away = _failure(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The server is busy",
    "It could not reach its database in time. Nothing was changed.",
    "Please try again in a minute.",
)


def broken(request: HttpRequest) -> HttpResponseBase:
    """The page of whatever went wrong here: a fault, or a database that does not answer."""
    if not isinstance(sys.exception(), UNANSWERED):
        return fault(request)
    response = away(request)
    response["Retry-After"] = RETRY_AFTER
    return response
