"""The middleware that counts and times requests."""

import re
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import retries
from config.metrics import meters
from config.views import view_of

CODE = re.compile(rb'\{"code":(\d{3})\b')  # of an envelope of the Twittner API, whose HTTP status is always 200
APIS = {"compat_mastodon": "mastodon", "compat_twittner": "twittner"}


class Measured:
    """The outermost middleware. A request that ran several times is counted once, with the time of all runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        meters.listen()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = retries.once("metrics", time.perf_counter)
        with connection.execute_wrapper(_statement):
            response = self.get_response(request)
        view = view_of(request)
        api = APIS.get(view.partition(".")[0], "pages")
        meters.REQUESTS.labels(api, view, _status(api, response)).inc()
        meters.LATENCY.labels(api).observe(time.perf_counter() - started)
        return response


def _status(api: str, response: HttpResponseBase) -> str:
    if api == "twittner" and not response.streaming:
        code = CODE.match(response.content[:20])  # type: ignore[attr-defined]  # only streaming answers have none
        if code:
            return code[1].decode()
    return str(response.status_code)


def _statement(execute: Callable[..., Any], *arguments: Any) -> Any:
    started = time.perf_counter()
    try:
        return execute(*arguments)
    finally:
        meters.STATEMENTS.inc()
        meters.DATABASE.inc(time.perf_counter() - started)
