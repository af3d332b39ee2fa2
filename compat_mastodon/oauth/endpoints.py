"""The machine side of OAuth: token, its info, revoke, userinfo and metadata (mastodon.md §1.4 to §1.7).

What people see of it is in `pages`.
"""

import base64
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError, UnsupportedMediaType

from accounts.pictures import avatar_url
from accounts.sessions import UnknownToken
from compat_mastodon.api import Caller, Denied, View, answer
from compat_mastodon.models import AccessToken, Application
from compat_mastodon.oauth import scopes, tokens
from compat_mastodon.oauth.tokens import Refusal, missing
from compat_mastodon.params import BadParam
from follows import queries

ROOT = f"{settings.BASE_URL}/"


class OAuthView(View):
    """Errors in OAuth's own shape, and answers that nobody keeps."""

    caller = Caller.NOBODY
    limited = False  # there is no throttle on OAuth (mastodon.md §5.7)

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # no DRF Response
        if isinstance(exc, BadParam | ParseError | UnsupportedMediaType | SuspiciousOperation | RecursionError):
            exc = Refusal("invalid_request")
        if isinstance(exc, Denied | UnknownToken):  # whatever is wrong with it
            exc = Refusal("invalid_token")
        return refuse(exc) if isinstance(exc, Refusal) else super().handle_exception(exc)

    def text(self, name: str) -> str:
        """A parameter, empty when it is missing or blank."""
        return (self.params.text(name) or "").strip()

    def client(self, request: HttpRequest) -> Application:
        """The client that sent its credentials, either by HTTP Basic or as parameters (RFC 6749 §2.3.1).

        :raises Refusal: when it sent both, or they are wrong.
        """
        client_id, secret = self.text("client_id"), self.text("client_secret")
        basic = _basic(request.META.get("HTTP_AUTHORIZATION", ""))
        if basic:
            if secret or client_id not in {"", basic[0]}:
                raise Refusal(
                    "invalid_request",
                    "The request utilizes more than one mechanism for authenticating the client.",
                )
            client_id, secret = basic
        return tokens.authenticated(client_id, secret)


class Token(OAuthView):
    def post(self, request: HttpRequest) -> HttpResponse:
        match self.text("grant_type"):
            case "":
                raise missing("grant_type")
            case "authorization_code":
                return token_answer(*self._exchanged(request))
            case "client_credentials":
                return token_answer(*tokens.client_token(self.client(request), self.text("scope")))
        raise Refusal("unsupported_grant_type")

    def _exchanged(self, request: HttpRequest) -> tuple[AccessToken, str]:
        code, redirect_uri, verifier = (self.text(name) for name in ("code", "redirect_uri", "code_verifier"))
        if not code:
            raise missing("code")
        if not verifier and tokens.demands_verifier(code):
            raise missing("code_verifier")
        if not redirect_uri:
            raise missing("redirect_uri")
        return tokens.exchange(code, self.client(request), redirect_uri, verifier)


class Revoke(OAuthView):
    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            application = self.client(request)
        except Refusal as refusal:
            if refusal.error == "invalid_client":
                raise Refusal("unauthorized_client") from None
            raise
        tokens.revoke(application, self.text("token"))
        return unkept(answer({}))


class TokenInfo(OAuthView):
    """Describe a token to the client that holds it."""

    caller = Caller.ANY

    def get(self, request: HttpRequest) -> HttpResponse:
        assert self.access is not None  # noqa: S101  # a token was demanded
        token = tokens.token(self.access.client)
        told = {
            "resource_owner_id": self.access.account,
            "scope": scopes.split(token.scope),
            "expires_in": None,
            "application": {"uid": token.application.client_id},
            "created_at": int(token.created.timestamp()),
        }
        return unkept(answer(told))


class UserInfo(View):
    accepts = ("profile",)
    limited = False

    def get(self, request: HttpRequest) -> HttpResponse:
        person = queries.person(self.me)
        return answer(
            {
                "iss": ROOT,
                "sub": f"{ROOT}ap/users/{person.id}",
                "name": person.display_name,
                "preferred_username": person.username,
                "profile": f"{ROOT}@{person.username}",
                "picture": avatar_url(person.avatar),
            }
        )

    post = get


class Metadata(View):
    caller = Caller.NOBODY
    limited = False

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer(
            {
                "issuer": ROOT,
                "authorization_endpoint": f"{ROOT}oauth/authorize",
                "token_endpoint": f"{ROOT}oauth/token",
                "revocation_endpoint": f"{ROOT}oauth/revoke",
                "userinfo_endpoint": f"{ROOT}oauth/userinfo",
                "scopes_supported": list(scopes.WORDS),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "service_documentation": "https://docs.joinmastodon.org/",
                "app_registration_endpoint": f"{ROOT}api/v1/apps",
            }
        )


def refuse(refusal: Refusal) -> HttpResponse:
    """A refusal as JSON."""
    response = unkept(answer(refusal.body, refusal.status))
    if refusal.status == 401:
        response["WWW-Authenticate"] = (
            f'Bearer realm="Doorkeeper", error="{refusal.error}", error_description="{refusal.description}"'
        )
    return response


def unkept(response: HttpResponse) -> HttpResponse:
    """An answer with secrets in it, which no cache keeps."""
    response["Cache-Control"] = "no-store, no-cache"
    response["Pragma"] = "no-cache"
    return response


def token_answer(token: AccessToken, text: str) -> HttpResponse:
    """A token and its text as clients get them (§4.8)."""
    return unkept(
        answer(
            {
                "access_token": text,
                "token_type": "Bearer",
                "scope": token.scope,
                "created_at": int(token.created.timestamp()),
            }
        )
    )


def _basic(header: str) -> tuple[str, str] | None:
    """Client id and secret of an HTTP Basic header."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
    except ValueError:
        raise Refusal("invalid_client") from None
    return unquote_plus(client_id), unquote_plus(secret)  # as a form encodes them (RFC 6749 §2.3.1)
