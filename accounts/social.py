"""Signing in with the token of a social network, after the network has confirmed it.

A provider is a function from its token to a `Profile`. Only tokens that were made for our own
application count, or any other site could sign in here as its visitors.
"""

import json
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts import databases, joining, lookup, outgoing, people, retries, second_factor, validation
from accounts.mail import outbox
from accounts.models import Account, Identity, Letter, Provider
from accounts.refused import Refused

PATIENCE = 5  # seconds that a provider has for all that it is asked
ASKED_AT_ONCE = retries.Room(8)
REFUSED = {"error": "invalid_request", "error_description": "Invalid Credentials"}  # as Google says it
PREFIXES = {Provider.GOOGLE: "go", Provider.FACEBOOK: "fb"}


class Unavailable(Refused):
    """The provider is not configured, or does not answer."""


class BadToken(Refused):
    """The provider does not know the token, or it is not for us. `details` is the provider's own answer."""

    def __init__(self, details: object) -> None:
        self.details = details
        super().__init__("The provider refuses the token.")


class CodeNeeded(Refused):
    """The account has a second factor, and whoever signs in with a social network gives no code."""


class Profile(NamedTuple):
    """The owner of a token, as its provider names them; `vouched` is whether it says that the address is theirs."""

    subject: str
    email: str
    vouched: bool
    first_name: str
    last_name: str


def google(token: str, end: float) -> Profile:
    """developers.google.com/identity: tokeninfo says for whom, userinfo who."""
    if not settings.GOOGLE_CLIENT_ID:
        raise Unavailable
    info = _ask(f"{settings.GOOGLE_TOKEN_API}/tokeninfo", {"access_token": token}, end)
    if settings.GOOGLE_CLIENT_ID not in {info.get("aud"), info.get("azp")}:
        raise BadToken(REFUSED)
    user = _ask(f"{settings.GOOGLE_USER_API}/v1/userinfo", {}, end, token)
    vouched = str(info.get("email_verified")).lower() == "true"
    return Profile(
        _text(info, "sub"),
        _text(info, "email"),
        vouched,
        _text(user, "given_name"),
        _text(user, "family_name"),
    )


def facebook(token: str, end: float) -> Profile:
    """developers.facebook.com/docs/facebook-login: debug_token says for whom, /me who.

    It has no word on whether the address is confirmed.
    """
    if not (settings.FACEBOOK_APP_ID and settings.FACEBOOK_APP_SECRET):
        raise Unavailable
    own = f"{settings.FACEBOOK_APP_ID}|{settings.FACEBOOK_APP_SECRET}"
    info = _ask(f"{settings.FACEBOOK_API}/debug_token", {"input_token": token, "access_token": own}, end).get(
        "data", {}
    )
    if info.get("is_valid") is not True or str(info.get("app_id")) != settings.FACEBOOK_APP_ID:
        raise BadToken(info.get("error") or {"message": "Invalid OAuth access token."})
    user = _ask(f"{settings.FACEBOOK_API}/me", {"fields": "id,first_name,last_name,email", "access_token": token}, end)
    return Profile(_text(user, "id"), _text(user, "email"), False, _text(user, "first_name"), _text(user, "last_name"))


PROVIDERS: dict[str, Callable[[str, float], Profile]] = {Provider.GOOGLE: google, Provider.FACEBOOK: facebook}


def account_for(provider: Provider, token: str) -> Account:
    """The account that the token signs in to: known by the provider's id, else by a proven e-mail address, else new.

    An address is proven here by a link that was sent to it, or by the provider's own word; both have to be.
    An account that only claims the address which the provider vouches for loses it to the new one.

    :raises Unavailable: when the provider cannot be asked.
    :raises BadToken: when it refuses the token.
    :raises CodeNeeded: when the account has a second factor.
    :raises joining.Closed: when the account would be new, and people may not sign up themselves.
    """
    if not token:
        raise BadToken(REFUSED)
    ask = partial(PROVIDERS[provider], token, time.monotonic() + PATIENCE)
    profile = retries.aside(("social", provider, token), ask, ASKED_AT_ONCE, Unavailable())
    if not profile.subject:
        raise Unavailable
    if known := _known(provider, profile):
        return known
    try:
        with databases.atomic(Identity):
            account = _without_code(_proven(profile)) or _sign_up(provider, profile)
            Identity.objects.create(account=account, provider=provider, subject=profile.subject)
            return account
    except (IntegrityError, validation.Invalid):  # the same person, at the same time
        if known := _known(provider, profile):
            return known
        raise


def _known(provider: Provider, profile: Profile) -> Account | None:
    found = Identity.objects.filter(provider=provider, subject=profile.subject).select_related("account").first()
    return _without_code(found.account if found else None)


def _without_code(account: Account | None) -> Account | None:
    """:raises CodeNeeded: when it takes more than the word of somebody else to be let in."""
    if account and second_factor.is_on(account.pk):
        raise CodeNeeded
    return account


def _proven(profile: Profile) -> Account | None:
    """The account of this address, if it is proven there and by the provider."""
    if not (profile.email and profile.vouched):
        return None
    account = Account.objects.select_for_update(no_key=True).filter(pk=lookup.local_id(profile.email) or 0).first()
    return account if account and account.email_proven_at else None


def _sign_up(provider: Provider, profile: Profile) -> Account:
    if not joining.is_possible():
        raise joining.Closed
    username, email = f"{PREFIXES[provider]}_{secrets.token_hex(7)}", profile.email
    proven = timezone.now() if email and profile.vouched else None
    if proven:
        people.give_up_email(email)
    elif lookup.local_id(email) or not validation.is_email(email):
        email = ""
    account = joining.join(
        unconfirmed=False,
        username=username,
        email=email or f"{username}@{provider}.com",
        password=secrets.token_urlsafe(32),
        first_name=profile.first_name[:25] or username,
        last_name=profile.last_name[:25],
        email_proven_at=proven,
    )
    if email and not proven and settings.CONFIRM_EMAIL:
        outbox.post(Letter.Kind.CONFIRMATION, email)
    return account


def _ask(url: str, query: dict[str, str], end: float, bearer: str = "") -> dict[str, Any]:
    """The JSON object that a provider answers before `end`; what it refuses is a `BadToken`."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    try:
        status, body = outgoing.get(f"{url}?{urlencode(query)}" if query else url, headers, end=end)
    except outgoing.Unreachable:
        raise Unavailable from None
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {"error": "invalid_request"} if 400 <= status < 500 else None
    if 400 <= status < 500:
        raise BadToken(answer)
    if status != 200 or not isinstance(answer, dict):
        raise Unavailable
    return answer


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return validation.clean_text(value) if isinstance(value, str) else ""
