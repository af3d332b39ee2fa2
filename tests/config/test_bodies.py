"""A body whose length is not announced is read like any other, through both doors, and never without a bound."""

import http.client
import json
from collections.abc import Iterable
from typing import Any

import pytest

from accounts import sessions
from accounts.models import Account, Platform
from config import wsgi
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="display_name"\r\n\r\nIn parts\r\n--b--\r\n'


@pytest.fixture
def alice(live: Live) -> Account:
    return live.sign_up("alice")


def send(live: Live, method: str, path: str, kind: str, parts: Iterable[bytes], **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", live.port)
    connection.request(method, path, parts, {"Content-Type": kind} | headers, encode_chunked=True)
    with connection.getresponse() as answer:
        body = json.loads(answer.read())
    connection.close()
    return answer.status, body


@pytest.mark.parametrize(
    ("kind", "body"), [(JSON, b'{"display_name": "In parts"}'), (FORM, b"display_name=In+parts"), (MULTIPART, FIELD)]
)
def test_a_mastodon_client_may_send_in_parts(live: Live, alice: Account, kind: str, body: bytes) -> None:
    with live.database():
        token = token_for(alice)
    parts = [body[:9], body[9:]]
    status, me = send(
        live, "PATCH", "/api/v1/accounts/update_credentials", kind, parts, Authorization=f"Bearer {token}"
    )

    assert (status, me["display_name"]) == (200, "In parts")


def test_a_twittner_client_may_send_in_parts(live: Live, alice: Account) -> None:
    with live.database():
        token = sessions.open_session(alice.pk, Platform.ANDROID).token
        bob = live.sign_up("bob")
    parts = [f"session_id={token}&user_".encode(), f"id={bob.pk}".encode()]

    assert send(live, "POST", "/mobile_api/follow", FORM, parts)[1]["code"] == 200


def test_more_than_any_upload_is_not_read(live: Live, alice: Account) -> None:
    part = b"x" * 1_000_000
    parts = (part for _ in range(wsgi.LARGEST // len(part) + 1))

    assert send(live, "POST", "/api/v1/apps", FORM, parts)[0] == 400
