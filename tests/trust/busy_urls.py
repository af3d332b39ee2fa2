"""The server's addresses, and some that hold a worker for a time or break off."""

import time
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from config import urls
from config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def sleeping(request: HttpRequest, seconds: int) -> HttpResponse:
    time.sleep(seconds)
    return HttpResponse("slept")


def counting(request: HttpRequest, seconds: int) -> HttpResponse:
    """Never lets go of the interpreter by itself."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pass
    return HttpResponse("counted")


def breaking(request: HttpRequest) -> StreamingHttpResponse:
    """Fails half way."""

    def parts() -> Iterator[bytes]:
        yield b"a part\n"
        raise ValueError

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("sleep/<int:seconds>", sleeping),
    path("count/<int:seconds>", counting),
    path("breaking", breaking),
    *urls.urlpatterns,
]
