"""A body whose length is not announced is read like any other, and never without a bound (mastodon.md §0.2)."""

import http.client
import json
from collections.abc import Iterable
from typing import Any

import pytest

from config import bodies
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="display_name"\r\n\r\nIn parts\r\n--b--\r\n'


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
def test_it_is_read(live: Live, kind: str, body: bytes) -> None:
    alice = live.sign_up("alice")
    with live.database():
        bearer = f"Bearer {token_for(alice)}"
    path, parts = "/api/v1/accounts/update_credentials", [body[:9], body[9:]]
    status, me = send(live, "PATCH", path, kind, parts, Authorization=bearer)

    assert (status, me["display_name"]) == (200, "In parts")


def test_more_than_any_upload_is_not_read(live: Live) -> None:
    part = b"x" * 1_000_000
    parts = (part for _ in range(bodies.LARGEST // len(part) + 1))

    assert send(live, "POST", "/api/v1/apps", FORM, parts)[0] == 400
