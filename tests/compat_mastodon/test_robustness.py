"""What no client should send: it gets a clear error in this dialect's shape, and changes nothing."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import resolve

from accounts.models import Account
from compat_mastodon import profile
from compat_mastodon.urls import VIEWS
from compat_mastodon.views import instance
from follows.models import Follow, Note
from tests.compat_mastodon.conftest import Clients, Mastodon, refusal

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
FILES = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="%b"; filename="x"\r\n\r\nx\r\n' % name
    for name in (b"display_name", b"locked", b"reblogs", b"comment", b"title", b"q")
)
BODIES: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", JSON),
    "JSON that is a list": (b"[1, 2]", JSON),
    "JSON that is a text": (b'"x"', JSON),
    "JSON that is null": (b"null", JSON),
    "JSON that is not a number": (b'{"limit": NaN, "id": Infinity}', JSON),
    "JSON in another coding": ('{"note": "ä"}'.encode("latin-1"), JSON),
    "JSON that says it is in another coding": (b"{}", "application/json; charset=klingon"),
    "deep JSON": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON),
    "a number of 5000 digits": (b'{"id": ' + b"9" * 5000 + b"}", JSON),
    "a lone surrogate": (b'{"display_name": "\\ud800", "title": "\\ud800", "comment": "\\ud800"}', JSON),
    "a NUL": (b'{"display_name": "\\u0000", "acct": "\\u0000", "comment": "\\u0000", "q": "\\u0000"}', JSON),
    "lists for scalars": (
        json.dumps({name: [1] for name in ("reblogs", "limit", "acct", "q", "display_name", "comment", "duration")}),
        JSON,
    ),
    "mappings for scalars": (
        json.dumps({name: {"a": 1} for name in ("reblogs", "id", "languages", "acct", "q", "display_name", "title")}),
        JSON,
    ),
    "a form in another coding": (b"note=%E4&acct=%E4", f"{FORM}; charset=latin-1"),
    "multipart in another coding": (b"--b--", "multipart/form-data; boundary=b; charset=klingon"),
    "multipart that never ends": (
        b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\nx",
        "multipart/form-data; boundary=b",
    ),
    "multipart with a boundary of 500": (b"x", f"multipart/form-data; boundary={'b' * 500}"),
    "a file for text": (FILES, "multipart/form-data; boundary=b"),
    "no form": (b"%FF%FE=%ZZ&=&&&=x&a[=1&]b=2&[]=3&[x]=4", FORM),
    "a NUL in a form": (b"display_name=%00&acct=%00&comment=%00&title=%00", FORM),
    "a name that is list and mapping": (b"a[]=1&a[b]=2&a=3&a[b][c]=4&source[privacy]=1&source=2&source[]=3", FORM),
    "a thousand nested names": (b"a" + b"[b]" * 1000 + b"=1", FORM),
    "ten thousand fields": ("&".join(f"a{n}=1" for n in range(10_000)), FORM),
    "multipart without boundary": (b"x", "multipart/form-data"),
    "broken multipart": (b"--b\r\nContent-Disposition: nonsense\r\n\r\nx", "multipart/form-data; boundary=b"),
    "an unknown type": (b"<xml/>", "text/xml"),
    "plain text": (b"x", "text/plain"),
    "a type that is none": (b"x", "\x7f/;;="),
}
QUERIES = [
    "limit=-9999999999999999999999&max_id=-1&since_id=1e9",
    "limit[]=1&max_id[]=2&id[a]=1",
    "id[][]=1&id[][a]=2&id[[]]=3",
    "%00=%00&limit=%00",
    "limit=%FF&max_id=%C3%28&acct=%FF&q=%FF",
    "q=%00&acct=%00&id=%00",
    "q=%ED%A0%80&acct=%ED%A0%80",
    "id[]=" + "9" * 5000,
    "&".join(f"id[]={n}" for n in range(2000)),
    "offset=-1&offset[]=1",
]


def clear(response: Any) -> bool:
    """An answer, or an error that says what was wrong; never a failure of ours."""
    assert response.status_code < 500, response.content
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    if response.status_code >= 400:
        assert isinstance(response.json()["error"], str)
        assert "Traceback" not in response.json()["error"]
    return True


def address(route: str, account: Account) -> str:
    return "/" + re.sub(r"<\w+>", str(account.pk), route)


def paths(account: Account) -> list[str]:
    return [address(route, account) for route in VIEWS]


def taken(endpoint: Any) -> set[str]:
    """The methods that a path takes."""
    return (
        set(endpoint) if isinstance(endpoint, dict) else {name for name in METHODS if hasattr(endpoint, name.lower())}
    )


@pytest.mark.parametrize("body", BODIES)
def test_strange_bodies(mastodon: Clients, alice: Account, carol: Account, body: str) -> None:
    data, content_type = BODIES[body]
    client: Mastodon = mastodon(alice)
    for route, endpoint in VIEWS.items():
        for method in taken(endpoint):
            assert clear(client.generic(method, address(route, carol), data, content_type)), (method, route)
    assert not Follow.objects.filter(accepted_at__isnull=False).exists()


@pytest.mark.parametrize("body", ["no JSON", "ten thousand fields", "broken multipart"])
def test_strange_bodies_with_a_method_that_a_path_does_not_take(
    mastodon: Clients, alice: Account, carol: Account, body: str
) -> None:
    data, content_type = BODIES[body]
    client: Mastodon = mastodon(alice)
    for route, endpoint in VIEWS.items():
        for method in METHODS - taken(endpoint):
            answer = client.generic(method, address(route, carol), data, content_type)
            assert clear(answer) and answer.status_code >= 400, (method, route)


@pytest.mark.parametrize("query", QUERIES)
def test_strange_queries(mastodon: Clients, alice: Account, carol: Account, query: str) -> None:
    client = mastodon(alice)
    for path in paths(carol):
        assert clear(client.get(f"{path}?{query}")), path


@pytest.mark.parametrize("body", ["an unknown type", "no JSON", "JSON that is a list", "JSON that is a text"])
def test_a_body_that_cannot_be_read_is_told_and_changes_nothing(
    mastodon: Clients, alice: Account, bob: Account, body: str
) -> None:
    data, content_type = BODIES[body]
    response = mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/follow", data, content_type=content_type)

    assert response.status_code in {400, 415}
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/accounts/{}/note", {"comment": "x", "rest": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"display_name": "x", "rest": [0] * 2 * profile.MAX_VALUES}),
        ("PATCH", "/api/v1/accounts/update_credentials", {"display_name": "x", "rest": "x" * profile.MAX_JSON}),
    ],
)
def test_json_that_is_too_large_is_refused_and_changes_nothing(
    mastodon: Clients, alice: Account, bob: Account, method: str, path: str, body: dict[str, Any]
) -> None:
    response = mastodon(alice).generic(method, path.format(bob.pk), json.dumps(body), JSON)

    assert refusal(response) == (400, "The request could not be read")
    assert not Note.objects.exists()
    assert Account.objects.get(pk=alice.pk).version == alice.version


def test_the_paths_are_there(alice: Account) -> None:
    for path in paths(alice):
        assert resolve(path).func.__name__ != instance.Unknown.__name__, path


def test_a_failed_call_leaves_the_connection_usable(mastodon: Clients, alice: Account) -> None:
    mastodon(alice).patch("/api/v1/accounts/update_credentials", {"display_name": "a\0"})

    assert connection.is_usable()
    assert Account.objects.get(pk=alice.pk).display_name == "Alice Adams"
