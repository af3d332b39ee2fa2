"""What every page for people has in common: its headers, its frame and its look.

The pages work without JavaScript. Their policy lets nothing in from elsewhere, but does not name
`form-action`: consent is answered with a redirect to other hosts and schemes, which it would block,
and popups of web clients need to keep their opener.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
SITE = {"site_name": settings.SITE_NAME, "local_domain": settings.LOCAL_DOMAIN, "base_url": settings.BASE_URL}

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


def render_page(request: HttpRequest | None, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page from its template, named without `.html`.

    Without a request it is the same page for everybody, and no database is asked who looks at it.
    """
    return render(request, f"{template}.html", SITE | context, status=status)
