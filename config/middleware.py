"""What every request passes, through whichever door."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Utf8:
    """Reads every form as UTF-8, whatever the client calls it.

    Django takes any codec's name, and fails on one that decodes no text: `charset=hex` is a 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        return self.get_response(request)
