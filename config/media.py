"""Serve uploaded pictures from MEDIA_ROOT. A web server in front can do this instead."""

import mimetypes

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

mimetypes.add_type("image/webp", ".webp")  # unknown to Python 3.11


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored file. Its name is random and its content never changes, so it may be kept for ever."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:  # a name that is too long, or a file that went between two looks at it
        raise Http404 from error
    response["Access-Control-Allow-Origin"] = "*"  # web clients draw them
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
