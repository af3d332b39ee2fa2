"""All of the server's addresses, and `/bare/N`: a Django view that answers with N constant bytes.

What it costs is what Django, its middleware and the server cost before any work is done.
"""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as ours


@cache
def _body(size: int) -> bytes:
    return b"x" * size


def bare(_request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(_body(size), content_type="application/json")


urlpatterns = [path("bare/<int:size>", bare), *ours]
