"""Uploaded pictures, as they lie in MEDIA_ROOT; a web server in front may take this over."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored file. Its name is random and its content never changes, so it may be kept for ever."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
