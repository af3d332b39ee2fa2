"""People on a live server who listen to its streams."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.models import Account
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth import tokens
from tests.compat_mastodon.conftest import ALL_SCOPES, token_for
from tests.servers import PATIENCE, Live

PATH = "/api/v1/streaming"


class Person:
    """Somebody on the live server with a client."""

    def __init__(self, live: Live, scopes: str = ALL_SCOPES, **values: Any) -> None:
        self.live, self.origin = live, live.start_streams()
        self.account: Account = live.sign_up(**values)
        with live.database():
            self.token = token_for(self.account, scopes)

    def listen(self, query: str = "?stream=user", **how: Any) -> ClientConnection:
        how = how or {"additional_headers": {"Authorization": f"Bearer {self.token}"}}
        return connect(f"{self.origin}{PATH}{query}", open_timeout=PATIENCE, **how)

    def call(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.live.port, timeout=PATIENCE)
        connection.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
        with connection.getresponse() as answer:
            body = json.loads(answer.read())
        connection.close()
        assert answer.status == 200, body
        return body

    def follow(self, other: "Person") -> None:
        self.call("POST", f"/api/v1/accounts/{other.account.pk}/follow")

    def revoke(self) -> None:
        with self.live.database():
            tokens.end(AccessToken.objects.filter(user=self.account))


@contextmanager
def get(port: int, path: str, token: str = "") -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    with connection.getresponse() as answer:
        yield answer
    connection.close()


def heard(stream: ClientConnection) -> dict[str, Any]:
    return json.loads(stream.recv(PATIENCE))


def closed_with(stream: ClientConnection) -> int | None:
    """Wait until the server closes the stream; gives its code."""
    with pytest.raises(ConnectionClosed) as closed:
        stream.recv(PATIENCE)
    return closed.value.rcvd and closed.value.rcvd.code


def line(answer: http.client.HTTPResponse) -> str:
    return answer.readline().decode()
