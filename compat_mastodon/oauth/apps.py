"""Clients register themselves and look themselves up (mastodon.md §1.1, §1.2)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from accounts import limits
from accounts.validation import clean_text
from compat_mastodon import entities
from compat_mastodon.api import Caller, View, answer
from compat_mastodon.oauth import redirects, scopes, tokens
from compat_mastodon.params import Params

MAX_NAME, MAX_URI = 60, 2000


class Apps(View):
    caller = Caller.NOBODY
    post_limit = limits.APPS

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = _registration(self.params)
        if faults := ", ".join(_faults(**wanted)):
            return answer({"error": f"Validation failed: {faults}"}, 422)
        return answer(entities.credential_application(*tokens.register(**wanted)))


class VerifyCredentials(View):
    caller = Caller.ANY

    def get(self, request: HttpRequest) -> HttpResponse:
        assert self.access is not None  # noqa: S101  # a token was demanded
        return answer(entities.application(tokens.token(self.access.client).application))


def _registration(params: Params) -> dict[str, Any]:
    """Read the values of an app, as leniently as clients are used to."""
    scope = params.scalar("scopes")
    return {
        "name": clean_text(params.scalar("client_name") or ""),
        "redirect_uris": [uri for item in params.items("redirect_uris") for uri in item.split()],
        "scope": scopes.DEFAULT if scope is None else " ".join(scopes.split(scope)),
        "website": (params.scalar("website") or "").strip(),
    }


def _faults(name: str, redirect_uris: list[str], scope: str, website: str) -> Iterator[str]:
    if not name:
        yield "Application name can't be blank"
    if not redirect_uris:
        yield "Redirect URI can't be blank"
    yield from dict.fromkeys(f"Redirect URI {fault}" for uri in redirect_uris if (fault := redirects.fault(uri)))
    if not scopes.all_known(scopes.split(scope)):
        yield "Scopes doesn't match those configured on the server."
    if len(name) > MAX_NAME:
        yield f"Application name is too long (maximum is {MAX_NAME} characters)"
    if len("\n".join(redirect_uris)) > MAX_URI:
        yield f"Redirect URI is too long (maximum is {MAX_URI} characters)"
    if len(website) > MAX_URI:
        yield f"Application website is too long (maximum is {MAX_URI} characters)"
    elif website and not _is_web_address(website):
        yield "Application website is not a valid URL"


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname) and text.isprintable() and " " not in text
