"""The OpenAPI description of the Twittner API, as a document and as a page."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path

from accounts.pages.shell import api_docs


@api_docs
def _viewer(request: HttpRequest) -> HttpResponseBase:
    from compat_twittner.docs import Viewer  # imported late: it is large and rarely needed

    return Viewer.as_view()(request)


def _description(request: HttpRequest) -> HttpResponseBase:
    from compat_twittner.docs import Description

    return Description.as_view()(request)


urlpatterns = [
    path("", _viewer, name="twittner_docs"),
    path("openapi.json", _description, name="twittner_schema"),
]
