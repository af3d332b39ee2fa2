"""The base of every API view: who may call, what was sent, and how answers and errors look.

A view names the scopes it `accepts` (any one is enough, compared literally, mastodon.md §1.8) and
which `caller` it wants; then it asks the domain once and shapes the answer.
"""

import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.parsers import JSONParser
from rest_framework.views import APIView

from accounts import credentials, limits, lookup
from accounts.access import Access, Actor, note_use, touch
from accounts.headers import Headers, put
from accounts.refused import Refused
from compat_mastodon import bearer
from compat_mastodon.bearer import Token
from compat_mastodon.entities import accounts
from compat_mastodon.forms import Form, Multipart
from compat_mastodon.links import link_header
from compat_mastodon.models import AccessToken
from compat_mastodon.params import EVERYTHING, Params
from compat_mastodon.refusals import body_of
from follows.paging import Page
from follows.queries import Key

DOOR = "mastodon"
RETRY_AFTER = "10"  # seconds
ALL = Headers({"X-XSS-Protection": "0"})
PRIVATE = Headers({"Cache-Control": "private, no-store", "Vary": "Authorization, Origin"})
PAGING = frozenset({"page", "cursor", "min_id", "max_id", "since_id"})  # each marks a request for a further page (§5.7)
logger = logging.getLogger(__name__)


class Caller(Enum):
    """The kind of token that a view accepts."""

    USER = "a token of an account"
    CLIENT = "a client's own token"
    ANY = "any token"
    OPTIONAL = "a token or none"
    EVERYBODY = "a token or none; a revoked one is none"
    NOBODY = "no token is looked at"


def new_request_id() -> str:
    """Make a UUID of version 4; Python's own class would cost several times as much."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


request_id = new_request_id  # `config.access_log` puts its own here


class Denied(Exception):
    """The caller may not; `scopes` are named in the header that OAuth demands."""

    def __init__(self, status: int, text: str, error: str = "", scopes: Iterable[str] = ()) -> None:
        self.status, self.text, self.error = status, text, error
        self.scopes = " ".join(scopes)
        super().__init__(text)


def address_of(request: HttpRequest) -> str:
    """Return the client's address, by which calls are counted together.

    Behind one of `settings.TRUSTED_PROXIES` the server has put the client's address there already.
    """
    return limits.neighbourhood(str(request.META.get("REMOTE_ADDR") or ""))


def answer(value: Any, status: int = 200) -> HttpResponse:
    """JSON with this dialect's default headers."""
    return raw(orjson.dumps(value), status)


def raw(body: bytes, status: int = 200) -> HttpResponse:
    """As `answer`, for JSON that is rendered already."""
    response = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    PRIVATE.complete(response)
    return response


class View(APIView):
    """One endpoint."""

    accepts: ClassVar[tuple[str, ...]] = ()
    caller: ClassVar[Caller] = Caller.USER
    renderer_classes = []  # answers are rendered by orjson or ready
    limited: ClassVar[bool] = True
    post_limit: ClassVar[limits.Limit | None] = None  # a further limit of POST, by address
    serves_unconfirmed: ClassVar[bool] = False  # also accounts whose e-mail address is yet to be confirmed
    is_form: ClassVar[bool] = False  # what is wrong is told field by field, too (§0.3)
    parser_classes = [JSONParser, Form, Multipart]
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    access: Access | None
    params: Params

    @property
    def default_response_headers(self) -> dict[str, str]:
        """The headers of every answer. The log has failures with their request id."""
        return {"X-Request-Id": request_id()}

    @property
    def me(self) -> int:
        """The calling account; only for views whose caller is a `Caller.USER`."""
        assert self.access is not None  # noqa: S101
        assert self.access.account is not None  # noqa: S101
        return self.access.account

    @property
    def actor(self) -> Actor:
        """Return the account that writes, for the log of decisions."""
        return Actor(self.me, DOOR)

    @property
    def viewer(self) -> int | None:
        """The calling account, if there is one."""
        return self.access.account if self.access else None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as Django REST framework does, but without negotiation, versions, authenticators and throttles.

        No view here has any of these. The framework's own request is made for a request with a body, to read it.
        """
        self.headers = self.default_response_headers
        try:
            self.initial(request, *args, **kwargs)
            method = str(request.method).lower()
            if method not in self.http_method_names:
                raise MethodNotAllowed(method)
            response: HttpResponse = getattr(self, method)(request, *args, **kwargs)
        except Exception as exc:  # each has an answer
            response = self.handle_exception(exc)
        ALL.complete(response)
        put(response, self.headers)
        return response

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.params, token = Params({}), None
        try:
            if not hasattr(self, str(request.method).lower()):
                raise MethodNotAllowed(str(request.method))
            self.params = Params.of(request, self._body)
            token = self._token(request)
        finally:  # malformed requests count, too
            if settings.RATE_LIMITS and self.limited:
                self.charge(*self._charges(request, token))
        self.access = self._admitted(token)
        request.auth = self.access  # type: ignore[attr-defined]  # where Django REST framework has it

    def _body(self) -> Any:
        return self.initialize_request(self.request).data

    def charge(self, *charges: limits.Charge) -> None:
        """Count against limits; the answer's headers tell the one with the least remaining.

        :raises limits.TooMany: when one of them is used up.
        """
        if state := limits.charge(*charges):
            self.tell(state)

    def tell(self, limit: limits.State) -> None:
        """Say in the answer's headers where a limit stands."""
        ends = limit.now + limit.reset
        second = int(ends)
        self.headers |= {
            "X-RateLimit-Limit": str(limit.most),
            "X-RateLimit-Remaining": str(limit.remaining),
            "X-RateLimit-Reset": f"{_moment(second)}.{str(int((ends - second) * 1_000_000)).zfill(6)}Z",
        }

    def _token(self, request: HttpRequest) -> Token | None:
        """The row of the token that was sent, revoked or not; none if this is for everybody and it was revoked."""
        text = _token_of(request, self.params) if self.caller is not Caller.NOBODY else None
        token = bearer.find(text) if text else None
        if token and token.revoked_at and self.caller is Caller.EVERYBODY:
            return None
        return token

    def _charges(self, request: HttpRequest, token: Token | None) -> list[limits.Charge]:
        account = token and token.account
        charges: list[limits.Charge] = [(limits.TOKEN, token.id) if token else (limits.ADDRESS, address_of(request))]
        if account:
            charges.append((limits.ACCOUNT, account))
        if self.params.any_of(PAGING):
            charges.append((limits.PAGING, account or address_of(request)))
        if self.post_limit and request.method == "POST":
            charges.append((self.post_limit, address_of(request)))
        return charges

    def _admitted(self, token: Token | None) -> Access | None:
        if token is None:
            if self.caller in {Caller.OPTIONAL, Caller.EVERYBODY, Caller.NOBODY}:
                return None
            raise Denied(401, "The access token is invalid", "invalid_token")
        if token.revoked_at is not None:
            raise Denied(401, "The access token was revoked", "invalid_token")
        if token.suspended_at is not None:
            raise Denied(403, "Your login is currently disabled")
        scopes = token.scope.split()
        if self.accepts and not any(scope in scopes for scope in self.accepts):
            raise Denied(403, "This action is outside the authorized scopes", "insufficient_scope", self.accepts)
        if self.caller is Caller.USER and token.account is None:
            raise Denied(422, "This method requires an authenticated user")
        if self.caller is Caller.CLIENT and token.account is not None:
            raise Denied(403, "This method requires an client credentials authentication")
        if token.unconfirmed and not self.serves_unconfirmed:
            credentials.admit(lookup.by_id(token.account))
        if token.account is not None and token.last_active_at is not None:
            touch(token.account, token.last_active_at)
            note_use(AccessToken.objects, token.id, token.used_at)
        return Access(token.account, token.id, DOOR, scopes)

    def accounts(self, request: HttpRequest, page: Page[Key]) -> HttpResponse:
        """A page of Account entities with its Link header."""
        return self.linked(request, raw(accounts(page.rows)), page)

    def linked(self, request: HttpRequest, response: HttpResponse, page: Page[Any]) -> HttpResponse:
        """The answer with the Link header of its page."""
        link = None if page.limit == EVERYTHING.limit else link_header(request, page, self.params.text("limit"))
        if link:
            response["Link"] = link
        return response

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # no DRF Response
        if isinstance(exc, Denied):
            return _denied(exc)
        if isinstance(exc, limits.TooMany):
            self.tell(exc.state)
            return answer({"error": "Too many requests"}, 429)
        status, body = _error(exc, self.headers["X-Request-Id"])
        if status == 503:
            self.headers = self.headers | {"Retry-After": RETRY_AFTER}
        return answer(body if self.is_form else {"error": body["error"]}, status)


@lru_cache(256)  # windows end at few moments
def _moment(second: int) -> str:
    """A second of Unix time as clients read it, without its zone."""
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def _error(exc: Exception, request: str) -> tuple[int, dict[str, object]]:
    """Status and body for whatever went wrong with the request of this id."""
    status, text = 500, "Something went wrong on our side; please try again later"
    match lookup.told_by_the_database(exc):
        case Refused() as refused:
            return body_of(refused)
        case MethodNotAllowed() | Http404():
            status, text = 404, "Not Found"
        case APIException() as failure:
            status, text = failure.status_code, str(failure.detail)
        case SuspiciousOperation() | RecursionError():  # too many fields, too large, too deep
            status, text = 400, "The request could not be read"
        case OperationalError() | InterfaceError():
            status, text = 503, "There was a temporary problem serving your request, please try again"
            reason = str(exc).partition("\n")[0]
            logger.warning("The database did not answer request %s in time: %s", request, reason)
        case _:
            logger.error("Unexpected error in request %s", request, exc_info=exc)
    return status, {"error": text}


def _denied(denied: Denied) -> HttpResponse:
    response = answer({"error": denied.text}, denied.status)
    if denied.error:
        description = denied.text
        if denied.scopes:
            description = f"Access to this resource requires scope _{denied.scopes}_."
        response["Cache-Control"] = "no-store, no-cache"
        response["WWW-Authenticate"] = (
            f'Bearer realm="Doorkeeper", error="{denied.error}", error_description="{description}"'
        )
    return response


def _token_of(request: HttpRequest, params: Params) -> str | None:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(token).strip()
    return params.text("access_token") or params.text("bearer_token")
