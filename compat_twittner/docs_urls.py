"""The description of this dialect, as a document and as a page."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

ABOUT = {
    "TITLE": "Latchkey for Twittner clients",
    "DESCRIPTION": (
        "The HTTP status is always 200; the envelope's `code` says what happened. "
        "The session goes in the form, else in the query."
    ),
    "VERSION": "1.0.0",
    "APPEND_COMPONENTS": {
        "securitySchemes": {"session": {"type": "apiKey", "in": "query", "name": "session_id"}},
    },
}
DOCUMENTED = [path("mobile_api/", include("compat_twittner.urls"))]

urlpatterns = [
    path(
        "",
        SpectacularSwaggerView.as_view(url_name="twittner_schema", title=ABOUT["TITLE"]),
        name="twittner_docs",
    ),
    path(
        "openapi.json",
        SpectacularJSONAPIView.as_view(patterns=DOCUMENTED, custom_settings=ABOUT),
        name="twittner_schema",
    ),
]
