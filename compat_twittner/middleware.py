"""Answer with status 200 even if something fails before a view, because the clients expect it.

A client that gets another status hangs for ever (twittner.md §1.5), so this is the outermost layer.
Only addresses of this dialect are touched.
"""

import logging
import re
from collections.abc import Callable

import orjson
from django.http import HttpRequest, HttpResponse

from compat_twittner.refusals import BROKEN, UNREADABLE, Envelope, Failure

logger = logging.getLogger(__name__)
HERE = re.compile(r"/+mobile_api(?:/+|\Z)")


class AlwaysOk:
    """Turns every other status into an envelope; doubled and trailing slashes of an address fall away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        prefix = HERE.match(request.path_info)
        if prefix is None:
            return self.get_response(request)
        request.path_info = f"/mobile_api/{request.path_info[prefix.end() :].rstrip('/')}"
        try:
            response = self.get_response(request)
        except Exception:  # even the page about errors can fail
            logger.exception("Unexpected error")
            return _envelope(BROKEN)
        if response.status_code == 200:
            return response
        response.close()
        return _envelope(BROKEN if response.status_code >= 500 else UNREADABLE)


def _envelope(envelope: Envelope) -> HttpResponse:
    body, unkept = orjson.dumps(Failure(envelope).body), {"Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/json", headers=unkept)
