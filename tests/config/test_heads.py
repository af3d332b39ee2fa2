"""What a request's head says reaches the application as it was said, and no header passes for another."""

from types import ModuleType, SimpleNamespace
from typing import Any

from tests.benchmarks.counted import Scope


def heard(rsgi: ModuleType, *headers: tuple[str, str], **differs: str) -> dict[str, Any]:
    """What the application hears of a request with these headers."""
    scope: Any = Scope("GET / HTTP/1.1")
    scope.headers = SimpleNamespace(items=lambda: headers)
    vars(scope).update(differs)
    meta: dict[str, Any] = rsgi._meta(scope)
    return meta


def test_headers_that_come_twice_are_joined(rsgi: ModuleType) -> None:
    twice = heard(
        rsgi,
        *(("accept", "text/html"), ("accept", "image/png")),
        *(("cookie", "a=1"), ("cookie", "b=2")),
        *(("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "192.0.2.2")),
    )

    assert twice["HTTP_ACCEPT"] == "text/html,image/png"
    assert twice["HTTP_COOKIE"] == "a=1; b=2"
    assert twice["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"


def test_a_header_with_an_underscore_is_none_but_for_that_of_phones(rsgi: ModuleType) -> None:
    headers = {"host": "example", "accept_language": "de", "session_id": "token", "x_forwarded_for": "192.0.2.1"}

    found = heard(rsgi, *headers.items())

    assert [name for name in found if name.startswith("HTTP_")] == ["HTTP_HOST", "HTTP_SESSION_ID"]


def test_addresses_of_both_kinds_are_told_without_their_ports(rsgi: ModuleType) -> None:
    old = heard(rsgi, client="192.0.2.1:40000", server="192.0.2.9:8000")
    new = heard(rsgi, client="[2001:db8::1]:40000", server="[2001:db8::9]:8000")

    assert [(meta["REMOTE_ADDR"], meta["SERVER_NAME"], meta["SERVER_PORT"]) for meta in (old, new)] == [
        ("192.0.2.1", "192.0.2.9", "8000"),
        ("2001:db8::1", "2001:db8::9", "8000"),
    ]


def test_a_request_knows_whether_it_came_by_https(rsgi: ModuleType) -> None:
    assert rsgi.Request(heard(rsgi, scheme="https")).is_secure()
    assert not rsgi.Request(heard(rsgi, scheme="http")).is_secure()
