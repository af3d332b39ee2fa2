"""The document that describes the Twittner API, and its page. `schema` describes each endpoint."""

from typing import Any

from django.conf import settings
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from compat_twittner.schema import EnvelopeSchema

INTRODUCTION = f"""\
This server answers apps that speak the mobile API of Twittner, also sold as ColibriSM. It has accounts, follows, follow
requests, blocks, search and notifications. It has no posts.

## Sign in

The first line answers with an `auth_token`. Send it as `session_id` with each further request:

```sh
curl -d email=you@example.org -d password=PASSWORD {settings.BASE_URL}/mobile_api/login
curl '{settings.BASE_URL}/mobile_api/follow_requests?session_id=AUTH_TOKEN'
curl -d session_id=AUTH_TOKEN -d req_id=OFFSET_ID {settings.BASE_URL}/mobile_api/accept_follow
```

There are no scopes: a session can do everything that its account can do.

## Errors

The HTTP status is always 200. The `code` in the body says if the request succeeded, and `message` says why not.

## Paging

Lists answer with one page. For the next page, send the `offset_id` of the last row as `offset`. After the last page the
code is 204, or 404 for notifications.
"""

TITLE = "Latchkey for Twittner clients"
ABOUT = {
    "TITLE": TITLE,
    "DESCRIPTION": INTRODUCTION,
    "VERSION": "1.0.0",
    "APPEND_COMPONENTS": {
        "securitySchemes": {"session": {"type": "apiKey", "in": "query", "name": "session_id"}},
    },
}
DOCUMENTED = [path("mobile_api/", include("compat_twittner.urls"))]


class Generator(SchemaGenerator):
    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)  # type: ignore[no-untyped-call]
        view.schema = EnvelopeSchema()
        return view


class Description(SpectacularJSONAPIView):
    """The document."""

    generator_class = Generator
    patterns = DOCUMENTED
    custom_settings = ABOUT


class Viewer(SpectacularSwaggerSplitView):
    """The page of the document."""

    url_name = "twittner_schema"
    title = TITLE
    template_name = "compat_twittner/api.html"
