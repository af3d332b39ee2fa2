"""The base of every endpoint: who calls, what was sent, and how answers and errors look.

The HTTP status is always 200; the envelope says what happened (twittner.md §1.5, §1.6).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import orjson
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from rest_framework.views import APIView

from accounts import limits, lookup, sessions
from accounts.access import Actor
from accounts.headers import put
from accounts.refused import Refused
from accounts.sessions import Caller
from compat_twittner.params import Params
from compat_twittner.refusals import BROKEN, NO_DATA, REFUSALS, UNAUTHORIZED, UNREADABLE, Envelope, Failure

DOOR = "twittner"
LARGEST_BODY = 26_000_000  # bytes: one video of 24 MB and what stands around it
INVALID_ENDPOINT = {
    "status": "400",
    "err_code": "invalid_endpoint",
    "message": "Invalid endpoint error on API call",
}
UNKEPT = {"Cache-Control": "private, no-store"}  # its address may be the same for all callers
logger = logging.getLogger(__name__)


def answer(body: Mapping[str, object]) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json")


def success(message: str, data: Any = (), *, code: int = 200, **extra: Any) -> HttpResponse:
    """The envelope of a success; `extra` are the keys that stand beside `data`."""
    return answer({"code": code, "message": message, "data": data, **extra})


def listing(message: str, items: Sequence[bytes], *, end: Envelope = NO_DATA, **extra: Any) -> HttpResponse:
    """A page of rendered items. An empty page is the error `end`, by which clients know the end of a list."""
    if not items:
        raise Failure(end)
    return success(message, orjson.Fragment(b"[%b]" % b",".join(items)), **extra)


class View(APIView):
    """One endpoint.

    Subclasses set `signed_in`, the texts that replace those of the table, and the error for a body that is too large.
    """

    signed_in: ClassVar[bool] = True
    refusals: ClassVar[dict[type[Refused], Envelope]] = {}
    too_large: ClassVar[Envelope] = UNREADABLE
    bare: ClassVar[bool] = False  # whether refusals carry no `data`
    http_method_names = ["get", "post", "head"]

    params: Params
    caller: Caller | None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.params = Params(request)  # Django's own reading of forms, which keeps to the limits of settings

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as Django REST framework does, but without its request and what it finds out about one.

        No view here has parsers, renderers, authenticators or throttles.
        """
        try:
            self.initial(request, *args, **kwargs)
            method = str(request.method).lower()
            known = getattr(self, method, None) if method in self.http_method_names else None
            handler: Callable[..., HttpResponse] = known or self.http_method_not_allowed
            response = handler(request, *args, **kwargs)
        except Exception as exc:  # each has an answer
            response = self.handle_exception(exc)
        put(response, _headers(type(self)))  # type: ignore[arg-type]  # classes have hashes
        return response

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if self.params.size > LARGEST_BODY:
            raise Failure(self.too_large)
        token = self.params.token
        self.caller = sessions.resolve(token, self.params.address) if token else None
        request.auth = self.caller  # type: ignore[attr-defined]  # where Django REST framework has it
        if self.signed_in and self.caller is None:
            raise Failure(UNAUTHORIZED)

    @property
    def me(self) -> int:
        """The calling account; only for views that want one `signed_in`."""
        if self.caller is None:
            raise Failure(UNAUTHORIZED)
        return self.caller.account

    @property
    def place(self) -> str:
        """Return the client's address, by which calls are counted together."""
        return limits.neighbourhood(self.params.address)

    def charge_upload(self) -> None:
        """Count a file of the calling account before it is looked at.

        :raises limits.TooMany: when it sent as many lately as it may.
        """
        limits.charge((limits.UPLOADS, self.me))

    @property
    def viewer(self) -> int | None:
        """The calling account, if there is one."""
        return self.caller.account if self.caller else None

    @property
    def actor(self) -> Actor:
        """Return the account that writes, for the log of decisions."""
        return Actor(self.viewer, DOOR)

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # no DRF Response
        match lookup.told_by_the_database(exc):
            case Failure() as failure:
                return answer(failure.body)
            case Refused() as refused:
                return answer(Failure((REFUSALS | self.refusals)[type(refused)], bare=self.bare).body)
            case SuspiciousOperation() | BadRequest() | MultiPartParserError():  # too large, too many, broken
                return answer(Failure(UNREADABLE).body)
            case OperationalError() | InterfaceError():
                reason = str(exc).partition("\n")[0]
                logger.warning("The database did not answer %s in time: %s", self.request.path, reason)
            case _:
                logger.error("Unexpected error", exc_info=exc)
        return answer(Failure(BROKEN).body)


@cache
def _headers(view: type[View]) -> dict[str, str]:
    """The headers of every answer of a view: which methods it has, and that no proxy may keep it."""
    return dict(view().default_response_headers) | UNKEPT


class Read(View):
    """An endpoint that answers from the query, whatever the method; a body serves as well (§1.2)."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.get(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        raise NotImplementedError


class Write(View):
    """An endpoint that reads the form. Other methods have none, so they end where a parameter is missing."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.post(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        raise NotImplementedError


class Unknown(View):
    """Every other address: one envelope of its own (§1.1)."""

    signed_in = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = answer(INVALID_ENDPOINT)
        put(response, UNKEPT)
        return response
