"""A request that waits for work in a thread begins anew as soon as the work is done, and reads its body once more."""

import json
from types import ModuleType
from typing import Any

from tests.benchmarks.counted import Protocol, Scope
from tests.config.conftest import at_once

BODY = "type=google&access_token=token"
HEAD = (
    "POST /mobile_api/oauth HTTP/1.1\r\nHost: testserver\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    f"Content-Length: {len(BODY)}"
)


def test_a_sign_in_ends_as_soon_as_its_network_has_failed(rsgi: ModuleType, settings: Any) -> None:
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_TOKEN_API = "ours", "http://127.0.0.1:1"  # which refuses at once
    client = Protocol(BODY.encode())

    seconds = at_once(rsgi.application(Scope(HEAD), client))

    assert json.loads(client.body)["message"] == "API Error – API unavailable"
    assert seconds == 0
