"""CORS: pages of all other sites can call the APIs, and nothing else (mastodon.md §0.2)."""

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Cors(CorsMiddleware):
    """Leaves an answer alone that goes to no page and says already that it would differ for one.

    Those are nearly all of the API's; their headers would be read and taken apart for nothing.
    """

    def add_response_headers(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "HTTP_ORIGIN" not in request.META and response.headers.get("Vary", "").endswith("Origin"):
            return response
        return super().add_response_headers(request, response)
