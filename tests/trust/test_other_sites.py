"""No other site can act for somebody who is signed in here: each page and the admin demand a token of their own."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account

# Those of the APIs, which know no cookies, and a link of mails that is signed: mail programs send it by themselves.
EXEMPT = re.compile(r"(api|mobile_api|\.well-known|nodeinfo|health)/?|oauth/(token|revoke|userinfo)|digest/stop/<link>")
PART = re.compile(r"<[^>]+>|\(\?P<url>\.\*\)\$")
REGULAR = {"^oauth/applications(?:/|$)": "oauth/applications"}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Each route of the server, and whether it asks for a token."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, not getattr(pattern.callback, "csrf_exempt", False)


def test_only_the_apis_and_signed_links_do_without_a_token() -> None:
    assert not [route for route, asks in addresses() if not asks and not EXEMPT.match(route)]


@pytest.mark.parametrize("method", UNSAFE)
def test_every_other_address_refuses_what_has_none(root: Account, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    asked = [
        route for route, asks in addresses() if asks and not route.startswith("mobile_api/")
    ]  # which is always 200
    asking = {"/" + PART.sub("1", REGULAR.get(route, route)) for route in asked}

    assert len(asking) > 100
    assert {path: client.generic(method, path).status_code for path in asking} == dict.fromkeys(asking, 403)
