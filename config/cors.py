"""CORS: pages of all other sites can call the APIs, and nothing else (mastodon.md §0.2)."""

import re
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpRequest

OPEN = re.compile(settings.CORS_URLS_REGEX)


class Cors(CorsMiddleware):
    """Leaves an answer alone that goes to no page and says already that it would differ for one.

    Those are nearly all of the API's; their address and headers would be taken apart for nothing.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or request.method == "OPTIONS":
            return super().__call__(request)
        response: Any = self.get_response(request)
        if not response.headers.get("Vary", "").endswith("Origin"):
            self.add_response_headers(request, response)
        return response

    def is_enabled(self, request: HttpRequest) -> bool:
        """Return True for the addresses of the setting. No receiver of a signal adds others."""
        return OPEN.match(request.path_info) is not None
