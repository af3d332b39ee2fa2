"""Behind a reverse proxy: who is trusted to say for whom a request is, and that it was HTTPS outside."""

import http.client
from collections.abc import Iterator

import pytest

from accounts import sessions
from accounts.models import Account, Platform
from tests.servers import Live, NewServer

pytestmark = pytest.mark.once

OUTSIDE = {"Host": "example.org", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def proxied(new_server: NewServer) -> Iterator[Live]:
    """A server for https://example.org that is reached through a proxy on 127.0.0.1, and on 127.0.0.2 directly."""
    environment = {"BASE_URL": "https://example.org", "TRUSTED_PROXIES": "127.0.0.1"}
    with new_server("proxied", **environment) as server, server.running():
        yield server


def get(server: Live, path: str, headers: dict[str, str], source: str = "127.0.0.1") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, source_address=(source, 0))
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_what_was_https_outside_is_answered(proxied: Live) -> None:
    answer = get(proxied, "/api/v1/instance", OUTSIDE)

    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"]


def test_what_was_not_is_sent_to_https(proxied: Live) -> None:
    answer = get(proxied, "/api/v1/instance", OUTSIDE | {"X-Forwarded-Proto": "http"})

    assert (answer.status, answer.headers["Location"]) == (301, "https://example.org/api/v1/instance")


def test_nobody_else_is_believed(proxied: Live) -> None:
    assert get(proxied, "/api/v1/instance", OUTSIDE, source="127.0.0.2").status == 301


def test_a_proxy_may_say_only_that_it_was_https(proxied: Live) -> None:
    told = {name: value for name, value in OUTSIDE.items() if name != "X-Forwarded-For"}

    assert get(proxied, "/api/v1/instance", told).status == 200


@pytest.mark.parametrize(
    ("source", "told", "address"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 127.0.0.1", "203.0.113.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.2", "203.0.113.7", "127.0.0.2"),
    ],
)
def test_the_address_that_is_kept_is_the_callers(proxied: Live, source: str, told: str, address: str) -> None:
    person = proxied.sign_up("alice")
    with proxied.database():
        token = sessions.open_session(person.pk, Platform.ANDROID).token
        Account.objects.filter(pk=person.pk).update(last_active_at="2020-01-01T00:00:00Z")
    path = f"/mobile_api/follow_requests?session_id={token}"
    get(proxied, path, OUTSIDE | {"X-Forwarded-For": told}, source)

    with proxied.database():
        assert Account.objects.get(pk=person.pk).last_address == address
