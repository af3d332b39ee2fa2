"""Compress pages, styles and scripts for browsers. Answers of the APIs, files and pictures stay as they are."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = {"text/html", "text/css", "text/javascript", "image/svg+xml"}


class Compressed(GZipMiddleware):
    """Django's, which also hides the length of secrets, for whole texts alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return (
            super().process_response(request, response) if kind in TEXTS and response.status_code == 200 else response
        )
