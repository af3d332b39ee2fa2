"""OAuth's state: clients, codes and tokens, on django-oauth-toolkit's models.

The toolkit's and oauthlib's request machinery is not used. Clients of this API send JSON and query parameters, expect
other error texts, another order of checks and the same token again, register schemes of their own; oauthlib makes each
of these hard (mastodon.md §1.9), while the four flows of §1.3 to §1.5 are small. `authorization` reads the request of
/oauth/authorize, and `views` make the answers.

Secrets, codes and tokens are random or derived, 256 bits long, and stored only as SHA-256.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from oauth2_provider.models import Grant, set_token_value

from accounts import databases, moderators
from accounts.models import Account
from accounts.searching import fold
from accounts.sessions import UnknownToken
from compat_mastodon.models import AccessToken, Application, PushSubscription
from compat_mastodon.oauth import scopes

CODE_LIFETIME = timedelta(minutes=10)
SKEW = timedelta(minutes=1)  # that the clocks of two machines may differ
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # the toolkit's column demands an end; these tokens have none

REFUSALS: dict[str, tuple[int, str]] = {
    "access_denied": (400, "The resource owner or authorization server denied the request."),
    "invalid_client": (401, "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."),  # noqa: E501
    "invalid_code_challenge_method": (400, "The code_challenge_method must be S256."),
    "invalid_grant": (400, "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."),  # noqa: E501
    "invalid_redirect_uri": (400, "The redirect uri included is not valid."),
    "invalid_request": (400, "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed."),  # noqa: E501
    "invalid_scope": (400, "The requested scope is invalid, unknown, or malformed."),
    "invalid_token": (401, "The access token is invalid"),
    "unauthorized_client": (403, "You are not authorized to revoke this token"),
    "unsupported_grant_type": (400, "The authorization grant type is not supported by the authorization server."),
    "unsupported_response_mode": (400, "The authorization server does not support this response mode."),
    "unsupported_response_type": (400, "The authorization server does not support this response type."),
}  # fmt: skip


class Refusal(Exception):
    """OAuth's no: `error` is one of `REFUSALS`, which gives its status and, unless told, its description."""

    def __init__(self, error: str, description: str = "") -> None:
        self.error = error
        self.status, usual = REFUSALS[error]
        self.description = description or usual
        super().__init__(error)

    @property
    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def missing(name: str) -> Refusal:
    return Refusal("invalid_request", f"Missing required parameter: {name}.")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- clients --------------------------------------------------------------------------------------


def register(*, name: str, redirect_uris: list[str], scope: str, website: str) -> tuple[Application, str]:
    """Create a client; return it with its secret, which is shown only once."""
    secret = secrets.token_urlsafe(32)
    application = Application.objects.create(
        client_id=secrets.token_urlsafe(32),
        client_secret=digest(secret),
        hash_client_secret=False,  # a slow hash is for what people choose, not for 256 random bits
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        name=name,
        folded_name=fold(name),
        redirect_uris="\n".join(redirect_uris),
        scopes=scope,
        website=website,
    )
    return application, secret


def client(client_id: str) -> Application:
    """:raises Refusal: when there is no such client."""
    known = client_id.isprintable() and client_id  # no NUL byte ever reaches the database
    application: Application | None = Application.objects.filter(client_id=client_id).first() if known else None
    if application is None:
        raise Refusal("invalid_client")
    return application


def token(pk: int) -> AccessToken:
    """A token's row, with the client that it was given to.

    :raises UnknownToken: when it went with its account just now.
    """
    found: AccessToken | None = AccessToken.objects.select_related("application").filter(pk=pk).first()
    if found is None:
        raise UnknownToken
    return found


def authenticated(client_id: str, secret: str) -> Application:
    """The client that knows its secret; a public client has none to know.

    :raises Refusal: when the client is unknown or the secret wrong.
    """
    application = client(client_id)
    is_public = application.client_type == Application.CLIENT_PUBLIC and not secret
    if not is_public and not constant_time_compare(application.client_secret, digest(secret)):
        raise Refusal("invalid_client")
    return application


# --- codes ----------------------------------------------------------------------------------------


def issue_code(application: Application, owner: Account, redirect_uri: str, scope: str, challenge: str) -> str:
    """A code that the client may exchange once, within ten minutes."""
    code = secrets.token_urlsafe(32)
    with databases.atomic(AccessToken):
        Grant.objects.filter(user=owner, expires__lte=timezone.now()).delete()  # those never used
        Grant.objects.create(
            user=owner,
            application=application,
            code=digest(code),
            expires=timezone.now() + CODE_LIFETIME,
            redirect_uri=redirect_uri,
            scope=scope,
            code_challenge=challenge,
            code_challenge_method=Grant.CODE_CHALLENGE_S256 if challenge else "",
        )
    return code


def demands_verifier(code: str) -> bool:
    """Return True if this is a code that was asked for with a challenge."""
    return bool(Grant.objects.filter(code=digest(code)).exclude(code_challenge="").exists())


@databases.atomic(AccessToken)
def exchange(code: str, application: Application, redirect_uri: str, verifier: str) -> tuple[AccessToken, str]:
    """Exchange a code for a token; return the token and its text. A code works only once.

    :raises Refusal: when the code, its redirect URI or its verifier is not right, or its owner suspended, or no
        moderator any more and the code has scopes of moderators.
    """
    now = timezone.now()
    # One that lives longer was made while the clock was wrong.
    living = Grant.objects.filter(expires__gt=now, expires__lte=now + CODE_LIFETIME + SKEW)
    grant = living.filter(code=digest(code), application=application).first()
    if (
        grant is None
        or grant.redirect_uri != redirect_uri
        or not constant_time_compare(grant.code_challenge, challenge_of(verifier))
    ):
        raise Refusal("invalid_grant")
    # The account before its code, as whoever signs it out.
    owner = Account.objects.select_for_update(no_key=True).filter(pk=grant.user_id).first()
    if owner is None or not owner.is_active or not Grant.objects.filter(pk=grant.pk).delete()[0]:
        raise Refusal("invalid_grant")
    wanted = scopes.split(grant.scope)
    if scopes.moderate(wanted) and not moderators.is_admitted(owner):
        raise Refusal("invalid_grant")
    return _same_or_new(application, owner, wanted)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636); empty for an empty verifier."""
    return _base64(hashlib.sha256(verifier.encode()).digest()) if verifier else ""


# --- tokens ---------------------------------------------------------------------------------------


@databases.atomic(AccessToken)
def client_token(application: Application, asked: str) -> tuple[AccessToken, str]:
    """A token that acts for the client itself, and its text.

    It never has the scopes of moderators.

    :raises Refusal: when the client did not register what it asks for.
    """
    registered = scopes.split(application.scopes)
    wanted = scopes.split(asked) or scopes.default_for(registered)
    granted = scopes.of_members(wanted)
    if not granted or not scopes.allowed(wanted, registered):
        raise Refusal("invalid_scope")
    Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    return _same_or_new(application, None, granted)


@databases.atomic(AccessToken)
def token_for(owner: Account, client_token: int) -> tuple[AccessToken, str]:
    """A token for an account, with the scopes of the client's own token, and its text."""
    own = token(client_token)
    return _same_or_new(own.application, owner, scopes.split(own.scope))


def is_approved(application: Application, owner: Account, wanted: list[str]) -> bool:
    """Return True if the owner already lets this client do exactly this."""
    return any(set(wanted) == set(scopes.split(token.scope)) for token in _living(application, owner))


@databases.atomic(AccessToken)
def revoke(application: Application, token: str) -> None:
    """End a token of this client; one that is unknown or revoked already is left as it is.

    :raises Refusal: when the token is another client's.
    """
    found = AccessToken.objects.filter(token_checksum=digest(token)).first()
    if found is not None and found.application_id != application.pk:
        raise Refusal("unauthorized_client")
    if found is not None:
        end(AccessToken.objects.filter(pk=found.pk))


@databases.atomic(AccessToken)
def end(tokens: "QuerySet[AccessToken]") -> int:
    """Revoke tokens, end their push messages, and return how many were valid.

    The rows stay, so that clients get the right error.
    """
    PushSubscription.objects.filter(token__in=tokens.values("pk")).delete()
    return tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def clients_of(owner: Account) -> list[tuple[Application, list[AccessToken]]]:
    """The clients that may act for an account, with their living tokens, both newest first."""
    found: dict[int, tuple[Application, list[AccessToken]]] = {}
    tokens = AccessToken.objects.filter(user=owner, revoked_at=None, application__isnull=False)
    for token in tokens.select_related("application").order_by("-id"):
        found.setdefault(token.application_id, (token.application, []))[1].append(token)
    return list(found.values())


def records_of(owner: int) -> list[dict[str, object]]:
    """The apps that hold tokens of an account, for its archive: no token, and no secret of an app."""
    tokens = AccessToken.objects.filter(user=owner, revoked_at=None, application__isnull=False)
    living = tokens.select_related("application").order_by("pk")
    return [{"app": str(token.application), "scopes": token.scope.split(), "since": token.created} for token in living]


@databases.atomic(AccessToken)
def withdraw(owner: Account, application: int) -> int:
    """End every token, and every code, that a client has of an account; gives how many tokens lived."""
    Grant.objects.filter(user=owner, application=application).delete()
    return end(AccessToken.objects.filter(user=owner, application=application))


@databases.atomic(AccessToken)
def sign_out(owner: int) -> None:
    """End every token, and every code, that any client has of an account."""
    Grant.objects.filter(user=owner).delete()
    end(AccessToken.objects.filter(user=owner))


@databases.atomic(AccessToken)
def dismiss(owner: int) -> None:
    """End the tokens and codes of an account that have scopes of moderators."""
    Grant.objects.filter(user=owner, scope__contains=scopes.MODERATING).delete()
    end(AccessToken.objects.filter(user=owner, scope__contains=scopes.MODERATING))


def _same_or_new(application: Application, owner: Account | None, wanted: list[str]) -> tuple[AccessToken, str]:
    """The living token with exactly these scopes, else a new one (mastodon.md §1.4).

    Under a lock on the owner or the client. A token whose text cannot be told again, because
    SECRET_KEY has changed, goes on to work, but a new one is given out.
    """
    for token in _living(application, owner):
        text = text_of(token.nonce)
        if set(wanted) == set(scopes.split(token.scope)) and digest(text) == token.token_checksum:
            return token, text
    token = AccessToken(
        application=application,
        user=owner,
        scope=" ".join(wanted),
        nonce=secrets.token_urlsafe(32),
        expires=NEVER,
    )
    text = text_of(token.nonce)
    set_token_value(token, text)
    token.save(force_insert=True)
    return token, text


def _living(application: Application, owner: Account | None) -> "QuerySet[AccessToken]":
    tokens: QuerySet[AccessToken] = AccessToken.objects.filter(application=application, user=owner, revoked_at=None)
    return tokens.order_by("-id")


def text_of(nonce: str) -> str:
    """The token that was made with this nonce."""
    return _base64(salted_hmac("compat_mastodon.access_token", nonce, algorithm="sha256").digest())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
