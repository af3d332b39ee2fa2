"""A shortcut for requests of the APIs, without the middleware for pages and Django's URL resolver."""

import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts.headers import Headers, put

View = Callable[..., HttpResponseBase]
Found = tuple[View, dict[str, str]]  # a view, and the parts of the path that it is called with
PART = re.compile("<[a-z_]+>")
ANY, VIEW = "<>", "/"  # in a tree of segments: the branch for any segment, and the view of the path that ends there


class ApiMiddleware:
    """Calls the views of the APIs. All other requests go on to the middleware below.

    A view that is exempt from CSRF protection uses no session, and so neither accounts nor messages of pages. Of the
    middleware below only these are for it, too: HTTPS, the check of the Host, and headers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._answer: Callable[[HttpRequest], Any] = convert_exception_to_response(_answer)
        self._security = SecurityMiddleware(get_response)
        self._headers = {scheme: self._headers_for(scheme) for scheme in ("http", "https")}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = routes(settings.ROOT_URLCONF).find(request.path_info)
        if found is None:
            return self.get_response(request)
        request.found = found  # type: ignore[attr-defined]  # an exception becomes an answer where only a request is given
        response: HttpResponse = self._security.process_request(request) or self._answer(request)
        self._headers[request.scheme or "http"].complete(response)
        if not response.streaming and "Content-Length" not in response.headers:
            put(response, {"Content-Length": str(len(response.content))})
        return response

    def _headers_for(self, scheme: str) -> Headers:
        request, blank = (
            WSGIRequest({"wsgi.url_scheme": scheme, "wsgi.input": BytesIO(), "REQUEST_METHOD": "GET"}),
            HttpResponse(),
        )
        del blank["Content-Type"]
        XFrameOptionsMiddleware(self.get_response).process_response(request, blank)
        return Headers(self._security.process_response(request, blank).headers)


def _answer(request: Any) -> HttpResponseBase:
    request.get_host()
    view, parts = request.found
    response: HttpResponse = view(request, **parts)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


class Routes:
    """The paths of views that are exempt from CSRF protection: fixed ones as they are, others as a tree of segments.

    A path that is not among them, because it is another view's or nobody's, is left to Django. So are the few whose
    parts are converted, or are not whole segments.
    """

    def __init__(self, patterns: list[Any]) -> None:
        self._fixed: dict[str, View] = {}
        self._tree: dict[str, Any] = {}
        self._add(patterns, "")

    def find(self, path: str) -> Found | None:
        if view := self._fixed.get(path):
            return view, {}
        before, *segments = path.split("/")
        tree, parts = self._tree, []
        if before:
            return None
        for segment in segments:
            if segment in tree:
                tree = tree[segment]
            elif segment and ANY in tree:
                tree = tree[ANY]
                parts.append(segment)
            else:
                return None
        if VIEW not in tree:
            return None
        view, names = tree[VIEW]
        return view, dict(zip(names, parts, strict=True))

    def _add(self, patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            if not isinstance(pattern.pattern, RoutePattern):
                continue
            route = f"{prefix}{pattern.pattern}"
            if isinstance(pattern, URLResolver):
                self._add(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "csrf_exempt", False):
                self._add_view(route, pattern.callback)

    def _add_view(self, route: str, view: View) -> None:
        segments = route.split("/")
        names = [segment[1:-1] for segment in segments if PART.fullmatch(segment)]
        if route.count("<") != len(names):
            return  # a part that is converted, or not a whole segment
        if not names:
            self._fixed.setdefault(f"/{route}", view)
        tree = self._tree
        for segment in segments:
            tree = tree.setdefault(ANY if segment.startswith("<") else segment, {})
        tree.setdefault(VIEW, (view, names))


@cache
def routes(urlconf: str) -> Routes:
    """The routes of a module with `urlpatterns`."""
    return Routes(get_resolver(urlconf).url_patterns)
