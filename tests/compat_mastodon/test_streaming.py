"""Whoever listens is told at once: over a WebSocket or as server-sent events, as long as the token lives."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from accounts import people
from accounts.models import Account
from compat_mastodon import oauth
from compat_mastodon.models import AccessToken
from compat_mastodon.streaming import app
from compat_mastodon.streaming.hub import Listener
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
            oauth.end(AccessToken.objects.filter(user=self.account))


@contextmanager
def get(port: int, path: str, token: str = "") -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    with connection.getresponse() as answer:
        yield answer
    connection.close()


def heard(stream: ClientConnection) -> dict[str, Any]:
    return json.loads(stream.recv(PATIENCE))


def line(answer: http.client.HTTPResponse) -> str:
    return answer.readline().decode()


def test_a_request_is_told_to_an_open_websocket(live: Live) -> None:
    carol, bob = Person(live, locked=True), Person(live, name="bob")
    with carol.listen() as stream:
        bob.follow(carol)
        frame = heard(stream)
        notification = json.loads(frame.pop("payload"))

    assert frame == {"stream": ["user"], "event": "notification"}
    assert notification["type"] == "follow_request"
    assert notification == carol.call("GET", f"/api/v1/notifications/{notification['id']}")


def test_streams_are_subscribed_to_and_left_by_message(live: Live) -> None:
    alice, bob, dan = Person(live), Person(live, name="bob"), Person(live, name="dan")
    with alice.listen("") as stream:
        for nonsense in ("", "{", "[]", '{"type": "subscribe"', '{"type": 1}', '{"type": "dance", "stream": "user"}'):
            stream.send(nonsense)
        stream.send('{"type": "subscribe", "stream": "nobody"}')
        assert heard(stream) == {"error": "Unknown channel requested", "status": 400}
        stream.send('{"type": "subscribe", "stream": "user"}')
        stream.send('{"type": "subscribe", "stream": ["user:notification"]}')
        stream.send('{"type": "subscribe", "stream": {"a": 1}}')
        assert heard(stream)["status"] == 400
        bob.follow(alice)
        assert [heard(stream)["stream"] for _ in range(2)] == [["user"], ["user:notification"]]
        stream.send('{"type": "unsubscribe", "stream": "user"}')
        stream.send('{"type": "subscribe", "stream": 7}')
        assert heard(stream)["status"] == 400
        dan.follow(alice)
        assert heard(stream)["stream"] == ["user:notification"]


def test_the_token_comes_by_header_query_or_subprotocol(live: Live) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    with (
        alice.listen() as by_header,
        alice.listen(f"?stream=user&access_token={alice.token}", compression=None) as by_query,
        alice.listen("/?stream=user", subprotocols=[alice.token]) as by_subprotocol,
    ):
        assert (by_header.subprotocol, by_subprotocol.subprotocol) == (None, alice.token)
        bob.follow(alice)
        assert {heard(stream)["event"] for stream in (by_header, by_query, by_subprotocol)} == {"notification"}


@pytest.mark.parametrize(
    ("query", "scopes", "token", "status", "text"),
    [
        ("?stream=user", ALL_SCOPES, "", 401, "Missing access token"),
        ("?stream=user", ALL_SCOPES, "wrong", 401, "Invalid access token"),
        ("", ALL_SCOPES, "wrong", 401, "Invalid access token"),
        ("?stream=user", "write follow", None, 401, "Access token does not have the required scopes"),
        ("?stream=user:notification", "read:statuses", None, 401, "Access token does not have the required scopes"),
        ("?stream=nothing", ALL_SCOPES, None, 400, "Unknown channel requested"),
        ("/nothing", ALL_SCOPES, None, 400, "Unknown channel requested"),
    ],
)
def test_who_may_not_listen_is_refused_at_the_door(
    live: Live, query: str, scopes: str, token: str | None, status: int, text: str
) -> None:
    alice = Person(live, scopes)
    token = alice.token if token is None else token
    with pytest.raises(InvalidStatus) as refused:
        alice.listen(query, additional_headers={"Authorization": f"Bearer {token}"})

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body) == {"error": text}


def test_a_revoked_token_cannot_come_back(live: Live) -> None:
    alice = Person(live)
    alice.revoke()
    with pytest.raises(InvalidStatus) as refused:
        alice.listen()

    assert refused.value.response.status_code == 401


def test_a_token_without_notifications_hears_none(live: Live) -> None:
    alice, bob = Person(live, "read:statuses"), Person(live, name="bob")
    with live.database():
        full = token_for(alice.account)
    with (
        alice.listen() as silent,
        alice.listen(additional_headers={"Authorization": f"Bearer {full}"}) as telling,
    ):
        bob.follow(alice)
        heard(telling)
        silent.send('{"type": "subscribe", "stream": "user:notification"}')
        assert heard(silent) == {"error": "Access token does not have the required scopes", "status": 401}


def test_streams_of_posts_are_open_and_silent(live: Live) -> None:
    alice = Person(live)
    with alice.listen("?stream=public:local") as stream:
        stream.send('{"type": "subscribe", "stream": "hashtag", "tag": "tea"}')
        stream.send('{"type": "subscribe", "stream": "nothing"}')
        assert heard(stream)["status"] == 400


def test_binary_is_not_spoken(live: Live) -> None:
    alice = Person(live)
    with alice.listen() as stream:
        stream.send(b"\x00")
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(PATIENCE)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1003


@pytest.mark.parametrize("how", ["revoked", "suspended"])
def test_a_token_that_dies_loses_its_streams(live: Live, how: str) -> None:
    alice = Person(live)
    with alice.listen() as stream, get(live.streaming_port, f"{PATH}/user", alice.token) as events:
        assert line(events) == ":)\n"
        if how == "revoked":
            alice.revoke()
        else:
            with live.database():
                people.suspend(alice.account.pk)
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(PATIENCE)
        assert events.read() == b""

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_nothing_is_told_once_the_token_is_revoked(live: Live) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    with alice.listen() as stream:
        alice.revoke()
        bob.follow(alice)
        with pytest.raises(ConnectionClosed):
            stream.recv(PATIENCE)


@pytest.mark.parametrize("path", ["user", "user/notification", "user/"])
def test_server_sent_events_tell_the_same(live: Live, path: str) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    with get(live.streaming_port, f"{PATH}/{path}", alice.token) as events:
        assert (events.status, events.headers["Content-Type"]) == (200, "text/event-stream")
        assert events.headers["Access-Control-Allow-Origin"] == "*"
        assert line(events) == ":)\n"
        bob.follow(alice)
        assert line(events) == "event: notification\n"
        data = line(events)
        assert data.startswith("data: {")
        assert json.loads(data.removeprefix("data: "))["type"] == "follow"
        assert line(events) == "\n"


def test_a_quiet_event_stream_has_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "THUMP", 0.01)
    sent: list[bytes] = []
    beaten = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        if sent.count(b":thump\n\n") == 2:
            beaten.set()

    async def receive() -> Any:
        await beaten.wait()
        return {"type": "http.disconnect"}

    token = app.bearer.Token(1, "read", None, 1, 1, None, None)
    asyncio.run(app._events(Listener(token), receive, send))
    assert sent[:4] == [b"", b":)\n", b":thump\n\n", b":thump\n\n"]


@pytest.mark.parametrize(
    ("path", "token", "status", "text"),
    [
        (f"{PATH}/user", "wrong", 401, "Invalid access token"),
        (f"{PATH}/user?access_token=%00", "", 401, "Invalid access token"),
        (f"{PATH}/user?{'a=1&' * 200}", "", 401, "Missing access token"),
        (f"{PATH}/nothing", None, 400, "Unknown channel requested"),
        (PATH, None, 404, "Not Found"),
        ("/api/v1/instance", None, 404, "Not Found"),
    ],
)
def test_refusals_are_json(live: Live, path: str, token: str | None, status: int, text: str) -> None:
    alice = Person(live)
    with get(live.streaming_port, path, alice.token if token is None else token) as answer:
        assert (answer.status, json.loads(answer.read())) == (status, {"error": text})


def test_it_says_that_it_is_well(live: Live) -> None:
    live.start_streams()
    with get(live.streaming_port, f"{PATH}/health") as answer:
        assert (answer.status, answer.read()) == (200, b"OK")


def test_the_other_host_says_where_and_has_no_streams_itself(live: Live) -> None:
    alice = Person(live)

    assert alice.call("GET", "/api/v2/instance")["configuration"]["urls"]["streaming"] == alice.origin
    assert alice.call("GET", "/api/v1/instance")["urls"]["streaming_api"] == alice.origin
    with get(live.port, PATH) as answer:
        assert (answer.status, json.loads(answer.read())) == (404, {"error": "Not Found"})


UPGRADE = b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /api/v1/streaming?stream=\xff\xfe HTTP/1.1\r\n" + UPGRADE + KEY, 400),
        (b"GET /api/v1/streaming?stream=%FF%00 HTTP/1.1\r\n" + UPGRADE + KEY, 401),
        (b"GET /api/v1/streaming?stream=user HTTP/1.1\r\n" + UPGRADE, 400),
        (b"GET /api/v1/streaming HTTP/1.1\r\nSec-WebSocket-Protocol: \xffa, b\r\n" + UPGRADE + KEY, 400),
        (b"GET /api/v1/streaming HTTP/1.1\r\nAuthorization: Bearer \xff\r\n" + UPGRADE + KEY, 401),
        (b"GET /api/v2/streaming HTTP/1.1\r\n" + UPGRADE + KEY, 404),
        (b"GET /api/v1/streaming/\xff HTTP/1.1\r\nHost: x\r\n", 400),
        (b"GET /api/v1/streaming/user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\n", 401),
        (b"GET /api/v1/streaming/user?access_token=%FF%00 HTTP/1.1\r\nHost: x\r\n", 401),
        (b"POST /api/v1/streaming/user HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 404),
        (b"\x00\x01\x02\r\n", 400),
    ],
)
def test_nonsense_is_answered_and_leaves_no_trace_in_the_log(live: Live, request_: bytes, status: int) -> None:
    live.start_streams()
    with socket.create_connection(("127.0.0.1", live.streaming_port), timeout=PATIENCE) as connection:
        connection.sendall(request_ + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 %d " % status)


def test_browsers_may_ask_from_any_page(live: Live) -> None:
    live.start_streams()
    connection = http.client.HTTPConnection("127.0.0.1", live.streaming_port, timeout=PATIENCE)
    connection.request("OPTIONS", f"{PATH}/user", headers={"Origin": "https://elk.zone"})
    with connection.getresponse() as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    connection.close()
