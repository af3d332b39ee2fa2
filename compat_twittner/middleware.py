"""HTTP 200 always: what its clients are promised even when something fails before a view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class AlwaysOk:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
