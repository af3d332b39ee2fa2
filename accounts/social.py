"""Signing in with the token of a social network, which the network itself is asked about.

A provider is a function from its token to a `Profile`. Only tokens that were made for our own
application count, or any other site could sign in here as its visitors.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import lookup, people
from accounts.models import Account, Identity, Provider
from accounts.refused import Refused

PATIENCE = 5  # seconds
MOST_BYTES = 100_000
REFUSED = {"error": "invalid_request", "error_description": "Invalid Credentials"}  # as Google says it
PREFIXES = {Provider.GOOGLE: "go", Provider.FACEBOOK: "fb"}


class Unavailable(Refused):
    """The provider is not configured, or does not answer."""


class BadToken(Refused):
    """The provider does not know the token, or it is not for us. `details` is the provider's own answer."""

    def __init__(self, details: object) -> None:
        self.details = details
        super().__init__("The provider refuses the token.")


class Closed(Refused):
    """The person has no account here, and the server takes nobody new."""


class Profile(NamedTuple):
    """Who the provider says its token belongs to; `email` is empty unless the provider vouches for it."""

    subject: str
    email: str
    first_name: str
    last_name: str


def google(token: str) -> Profile:
    """developers.google.com/identity: tokeninfo says for whom, userinfo who."""
    if not settings.GOOGLE_CLIENT_ID:
        raise Unavailable
    info = _ask(f"{settings.GOOGLE_TOKEN_API}/tokeninfo", {"access_token": token})
    if settings.GOOGLE_CLIENT_ID not in {info.get("aud"), info.get("azp")}:
        raise BadToken(REFUSED)
    user = _ask(f"{settings.GOOGLE_USER_API}/v1/userinfo", {}, token)
    vouched = str(info.get("email_verified")).lower() == "true"
    return Profile(
        _text(info, "sub"),
        _text(info, "email") if vouched else "",
        _text(user, "given_name"),
        _text(user, "family_name"),
    )


def facebook(token: str) -> Profile:
    """developers.facebook.com/docs/facebook-login: debug_token says for whom, /me who."""
    if not (settings.FACEBOOK_APP_ID and settings.FACEBOOK_APP_SECRET):
        raise Unavailable
    own = f"{settings.FACEBOOK_APP_ID}|{settings.FACEBOOK_APP_SECRET}"
    info = _ask(f"{settings.FACEBOOK_API}/debug_token", {"input_token": token, "access_token": own}).get("data", {})
    if info.get("is_valid") is not True or str(info.get("app_id")) != settings.FACEBOOK_APP_ID:
        raise BadToken(info.get("error") or {"message": "Invalid OAuth access token."})
    user = _ask(f"{settings.FACEBOOK_API}/me", {"fields": "id,first_name,last_name,email", "access_token": token})
    return Profile(_text(user, "id"), _text(user, "email"), _text(user, "first_name"), _text(user, "last_name"))


PROVIDERS: dict[str, Callable[[str], Profile]] = {Provider.GOOGLE: google, Provider.FACEBOOK: facebook}


def account_for(provider: Provider, token: str) -> Account:
    """The account that the token signs in to: known by the provider's id, else by e-mail address, else new.

    :raises Unavailable: when the provider cannot be asked.
    :raises BadToken: when it refuses the token.
    :raises Closed: when the account would be new, and people may not sign up themselves.
    """
    if not token:
        raise BadToken(REFUSED)
    profile = PROVIDERS[provider](token)
    if not profile.subject:
        raise Unavailable
    if known := _known(provider, profile):
        return known
    try:
        with transaction.atomic():
            account = (profile.email and lookup.local(profile.email)) or _sign_up(provider, profile)
            Identity.objects.create(account=account, provider=provider, subject=profile.subject)
            return account
    except (IntegrityError, people.Invalid):  # the same person, at the same time
        if known := _known(provider, profile):
            return known
        raise


def _known(provider: Provider, profile: Profile) -> Account | None:
    found = Identity.objects.filter(provider=provider, subject=profile.subject).select_related("account").first()
    return found.account if found else None


def _sign_up(provider: Provider, profile: Profile) -> Account:
    if not settings.REGISTRATIONS_OPEN:
        raise Closed
    username = f"{PREFIXES[provider]}_{secrets.token_hex(7)}"
    return people.sign_up(
        username=username,
        email=profile.email or f"{username}@{provider}.com",
        password=secrets.token_urlsafe(32),
        first_name=profile.first_name[:25] or username,
        last_name=profile.last_name[:25],
    )


def _ask(url: str, query: dict[str, str], bearer: str = "") -> dict[str, Any]:
    """The JSON object that a provider answers; what it refuses is a `BadToken`."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    request = Request(f"{url}?{urlencode(query)}" if query else url, headers=headers)  # noqa: S310  # from settings
    try:
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            answer = json.loads(response.read(MOST_BYTES))
    except HTTPError as refused:
        if refused.code >= 500:
            raise Unavailable from None
        raise BadToken(_details(refused)) from None
    except (OSError, ValueError):
        raise Unavailable from None
    if not isinstance(answer, dict):
        raise Unavailable
    return answer


def _details(refused: HTTPError) -> object:
    try:
        return json.loads(refused.read(MOST_BYTES))
    except (OSError, ValueError):
        return {"error": "invalid_request"}


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return people.clean_text(value) if isinstance(value, str) else ""
