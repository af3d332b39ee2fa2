"""The paths under /api/ of the Mastodon API. Each answers with and without a trailing slash."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from accounts.pages.shell import api_docs
from compat_mastodon.api import View
from compat_mastodon.extension.urls import VIEWS as EXTENSION
from compat_mastodon.routes import VIEWS
from compat_mastodon.views import instance


def _paths(views: dict[str, type[View] | dict[str, type[View]]]) -> list[URLPattern]:
    return [
        path(f"{route.removeprefix('api/')}{end}", _view(endpoint))
        for end in ("", "/")
        for route, endpoint in views.items()
    ]


def _view(endpoint: type[View] | dict[str, type[View]]) -> Callable[..., HttpResponseBase]:
    if not isinstance(endpoint, dict):
        return endpoint.as_view()
    views = {method: view.as_view() for method, view in endpoint.items()}
    views["HEAD"], unknown = views["GET"], instance.Unknown.as_view()

    @csrf_exempt
    def by_method(request: HttpRequest, **parts: str) -> HttpResponseBase:
        return views.get(request.method or "", unknown)(request, **parts)

    return by_method


def _description(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Description  # imported late: it is large and rarely needed

    return Description.as_view()(request)


@api_docs
def _viewer(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Viewer

    return Viewer.as_view(url_name="mastodon_schema")(request)


def _extension_description(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.extension.schema import Description

    return Description.as_view()(request)


@api_docs
def _extension_viewer(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Viewer

    return Viewer.as_view(url_name="extension_schema", template_name="compat_mastodon/extension_api.html")(request)


POSTS = r"^v[12]/((statuses|media|polls)(/|$)|(scheduled_statuses|conversations)/.)"

urlpatterns = [
    *_paths(VIEWS),
    *_paths(EXTENSION),
    re_path(POSTS, instance.NoPosts.as_view()),
    re_path("^v1/collections(/|$)", instance.NoCollections.as_view()),
    path("docs/mastodon/schema", _description, name="mastodon_schema"),
    path("docs/mastodon/", _viewer, name="mastodon_docs"),
    path("docs/latchkey/schema", _extension_description, name="extension_schema"),
    path("docs/latchkey/", _extension_viewer, name="extension_docs"),
    re_path("", instance.Unknown.as_view()),
]
