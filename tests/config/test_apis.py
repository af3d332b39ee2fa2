"""Requests of the APIs go past the middleware for pages; each path leads to the same view as in Django's own search."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver, resolve

from accounts.models import Account
from config.apis import Routes, routes

ROUTES = routes("config.urls")


def all_routes(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, route)
        else:
            yield route


PATHS = sorted({"/".join("7" if part[:1] == "<" else part for part in route.split("/")) for route in all_routes()})


def test_each_path_of_an_api_leads_to_the_view_that_django_finds() -> None:
    found = {path: ROUTES.find(path) for path in PATHS}

    differing = [path for path, view in found.items() if view and view != (resolve(path).func, resolve(path).kwargs)]
    assert differing == []
    assert sum(view is not None for view in found.values()) > 300


@pytest.mark.parametrize("path", ["/", "/about", "/auth/sign_in", "/admin/", "/oauth/authorize", "/@alice"])
def test_pages_are_not_among_them(path: str) -> None:
    assert ROUTES.find(path) is None


@pytest.mark.parametrize(
    "path", ["", "*", "api/v1/instance", "//api/v1/instance", "/api/v1/instance//", "/api/v1/accounts//followers"]
)
def test_an_odd_path_is_left_to_django(path: str) -> None:
    assert ROUTES.find(path) is None


def test_the_part_of_a_path_may_be_a_word_that_other_paths_have(db: None) -> None:
    """`lookup` is a path of its own, and may be a wrong id as well."""
    answer = Client().get("/api/v1/accounts/lookup/followers")

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


def test_a_session_in_a_cookie_is_not_looked_at(client: Client, alice: Account) -> None:
    client.force_login(alice)

    answer = client.get("/api/v1/accounts/verify_credentials")

    assert answer.status_code == 401
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]


def test_the_first_of_two_views_for_a_path_is_called() -> None:
    patterns = get_resolver().url_patterns

    assert Routes([*patterns, *patterns]).find("/api/v1/instance") == ROUTES.find("/api/v1/instance")


def test_https_is_asked_for_and_remembered_as_on_pages(db: None) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60):
        client = Client()
        plain, secure = (client.get("/api/v1/instance", secure=secure) for secure in (False, True))
        page = client.get("/about", secure=True)

    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/api/v1/instance")
    assert "Strict-Transport-Security" not in plain
    assert secure["Strict-Transport-Security"] == page["Strict-Transport-Security"] != ""
    names = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")
    assert [secure[name] for name in names] == [page[name] for name in names]


def test_an_unknown_host_is_refused(db: None) -> None:
    answer = Client().get("/api/v1/instance", SERVER_NAME="elsewhere.example")

    assert answer.status_code == 400
    assert answer["X-Content-Type-Options"] == "nosniff"
