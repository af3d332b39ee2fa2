"""The headers and the base template of every page for people.

The pages work without JavaScript. Their policy blocks everything from other sites, but does not name
`form-action`, because it would block the redirect from the consent page to the app. Web apps open that
page in a popup and need its opener, so the opener policy is "unsafe-none".
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
API_DOCS_POLICY = (  # Swagger UI writes styles into its elements
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SITE = {"site_name": settings.SITE_NAME, "local_domain": settings.LOCAL_DOMAIN, "base_url": settings.BASE_URL}

PageView = Callable[..., HttpResponseBase]


def page(view: PageView) -> PageView:
    """Wrap a page for people: set its headers, and forbid caching unless the view allows it."""

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        response["Content-Security-Policy"] = POLICY
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return with_headers


def api_docs(view: PageView) -> PageView:
    """Wrap the page that documents an API: it loads scripts, but only from this server."""

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = API_DOCS_POLICY
        return response

    return with_headers


def render_page(request: HttpRequest | None, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page. `template` is the name without `.html`.

    Without a request the page is the same for everybody and needs no database.
    """
    return render(request, f"{template}.html", SITE | context, status=status)
