"""Whatever is thrown at OAuth gets an answer of the right shape, and changes nothing."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from tests.compat_mastodon.oauth_client import browser, register, visit
from tests.servers import PATIENCE, Live

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
MALFORMED = (
    "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed."
)

UNREADABLE = [
    (JSON, b"{"),
    (JSON, b"[1, 2]"),
    (JSON, b'"text"'),
    (JSON, b"null"),
    (JSON, b"\xff\xfe{}"),
    (JSON, b'{"grant_type": "\xff"}'),
    (JSON, b"[" * 100_000),
    (JSON, b'{"a":' * 100_000),
    (JSON, b'{"grant_type": NaN}'),
    (FORM, b"a=1&" * 5_000),
    ("multipart/form-data", b"no boundary"),
    ("text/plain", b"grant_type=client_credentials"),
    ("application/xml", b"<grant_type/>"),
    ("nonsense", b"x"),
]
ODD_VALUES = [
    (JSON, b'{"grant_type": ["authorization_code"]}'),
    (JSON, b'{"grant_type": {"a": 1}}'),
    (JSON, b'{"grant_type": "authorization_code", "code": ["x"], "redirect_uri": "x"}'),
    (JSON, b'{"grant_type": "client_credentials", "client_id": {"a": "b"}}'),
    (JSON, b'{"grant_type": "client_credentials", "client_id": "\\u0000"}'),
    (JSON, b'{"grant_type": "authorization_code", "code": "\\u0000", "redirect_uri": "x"}'),
    (JSON, b'{"grant_type": "authorization_code", "code": "\\ud800", "redirect_uri": "x"}'),
    (FORM, b"grant_type=client_credentials&client_id=%00"),
    (FORM, b"grant_type=client_credentials&client_id[]=a"),
    (FORM, b"grant_type[x]=client_credentials"),
    (FORM, b"grant_type=%00"),
    (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\n\x00\r\n--x--\r\n'),
    (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="grant_type"; filename="f"\r\n\r\nf\r\n--x--\r\n'),
]


def send(path: str, content_type: str, body: bytes) -> Any:
    return Client().generic("POST", path, body, content_type=content_type)


@pytest.mark.parametrize(("content_type", "body"), UNREADABLE + ODD_VALUES)
def test_a_malformed_token_request_is_an_invalid_request(db: None, content_type: str, body: bytes) -> None:
    answer = send("/oauth/token", content_type, body)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": MALFORMED},
    )


@pytest.mark.parametrize(("content_type", "body"), UNREADABLE)
def test_a_malformed_revocation_is_an_invalid_request(db: None, content_type: str, body: bytes) -> None:
    assert send("/oauth/revoke", content_type, body).json()["error"] == "invalid_request"


@pytest.mark.parametrize(("content_type", "body"), UNREADABLE)
def test_a_malformed_registration_is_refused(db: None, content_type: str, body: bytes) -> None:
    answer = send("/api/v1/apps", content_type, body)
    assert answer.status_code in {400, 415}
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"client_name": {"a": 1}, "redirect_uris": "x:y"}',
        b'{"client_name": ["a"], "redirect_uris": "x:y"}',
        b'{"client_name": "\\u0000", "redirect_uris": "x:y"}',
        b'{"client_name": "a\\ud800", "redirect_uris": "x:y"}',
        b'{"client_name": "a", "redirect_uris": {"a": "x:y"}}',
        b'{"client_name": "a", "redirect_uris": [["x:y"]]}',
        b'{"client_name": "a", "redirect_uris": ["x:y", {"a": 1}]}',
        b'{"client_name": "a", "redirect_uris": "x:\\u0000"}',
        b'{"client_name": "a", "redirect_uris": "x:y", "scopes": "read\\u0000"}',
        b'{"client_name": "a", "redirect_uris": "x:y", "website": "https://a\\u0000/"}',
        b'{"client_name": "a", "redirect_uris": 5}',
    ],
)
def test_odd_values_register_nothing(db: None, body: bytes) -> None:
    answer = send("/api/v1/apps", JSON, body)
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]
    assert not Application.objects.exists()


def test_huge_values_are_answered_in_their_shape(db: None) -> None:
    app = register()
    huge = "x" * 100_000
    assert app.token(code=huge).json()["error"] == "invalid_grant"
    assert app.token(code="x", client_id=huge).json()["error"] == "invalid_client"
    assert app.token(code="x", client_secret=huge).json()["error"] == "invalid_client"
    assert app.token(grant_type=huge).json()["error"] == "unsupported_grant_type"
    assert app.token(grant_type="client_credentials", scope=huge).json()["error"] == "invalid_scope"
    assert app.token(code=huge + "x").json()["error"] == "invalid_request"
    answer = Client().post("/oauth/token", {"code": "x" * 3_000_000}, content_type=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("charset", ["hex", "idna", "undefined", "utf-16", "nonsense", "rot13"])
def test_everything_is_read_as_utf8_whatever_it_is_called(live: Live, charset: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\n\xc3\xa9\r\n--x--\r\n'
    for content_type, body in ((MULTIPART, part), (FORM, b"grant_type=%C3%A9"), (JSON, b'{"grant_type": "\xc3\xa9"}')):
        sent = Request(
            f"{live.url}/oauth/token?code=%C3%A9", body, {"Content-Type": f"{content_type}; charset={charset}"}
        )
        with pytest.raises(HTTPError) as refused:
            urlopen(sent, timeout=PATIENCE)
        with refused.value as answer:
            assert json.load(answer)["error"] == "unsupported_grant_type"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "\0"},
        {"redirect_uri": "https://client.example/cb\0"},
        {"redirect_uri": "https://client.example/cb\r\nX: y"},
        {"state": "\0"},
        {"scope": "read\0"},
        {"code_challenge": "\0", "code_challenge_method": "S256"},
        {"code_challenge": "x" * 129, "code_challenge_method": "S256"},
    ],
)
def test_an_odd_authorization_request_is_an_error_page(alice: Account, changes: dict[str, str]) -> None:
    app = register()
    assert visit(browser(alice), **app.ask(**changes)).status_code == 400
    pressed = Client()
    pressed.force_login(alice)
    assert pressed.post("/oauth/authorize", app.ask(**changes)).status_code in {302, 400}


def test_invalid_utf8_in_the_address_is_no_failure(alice: Account) -> None:
    query = "client_id=%ff%fe&redirect_uri=%80&state=%c3%28"
    assert browser(alice).get(f"/oauth/authorize?{query}").status_code == 401
    assert Client().get(f"/oauth/authorize?{query}").status_code == 302


def test_a_state_may_hold_anything_else(alice: Account) -> None:
    state = "ü\r\nSet-Cookie: a=b <script>\ud7ff" + "x" * 5_000
    client = Client()
    client.force_login(alice)
    answer = client.post("/oauth/authorize", register().ask(state=state))
    assert answer.status_code == 302
    assert "Set-Cookie: a" not in answer["Location"]
    assert answer["Location"].isascii()
