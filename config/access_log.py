"""The optional access log, and an id for each request that every line about it has."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import retries
from compat_mastodon import api
from config.log import REQUEST
from config.views import view_of

logger = logging.getLogger(__name__)


class Logged:
    """Gives the request an id, which is in `X-Request-Id` of the answer, and logs the answer.

    The line has the view instead of the path: a path may hold a token, as a query may.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        api.request_id = lambda: REQUEST.get() or api.new_request_id()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started, name = retries.once("access log", lambda: (time.perf_counter(), api.new_request_id()))
        token = REQUEST.set(name)
        try:
            response = self.get_response(request)
            response.headers.setdefault("X-Request-Id", name)
            self._log(request, response, time.perf_counter() - started)
            return response
        finally:
            REQUEST.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        view, milliseconds = view_of(request), round(seconds * 1000, 1)
        fields = {"method": request.method, "view": view, "status": response.status_code, "ms": milliseconds}
        text = "%s %s %d in %.1f ms"
        logger.info(text, request.method, view, response.status_code, milliseconds, extra={"fields": fields})
