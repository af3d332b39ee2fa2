"""Streams by plain HTTP: server-sent events, and what whoever asks for something else is told."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

from accounts import people
from accounts.session_store import SessionStore
from compat_mastodon.streaming import app
from compat_mastodon.streaming.hub import Listener
from tests.browser.test_requests import session_of
from tests.compat_mastodon.streams import PATH, Person, get, line
from tests.servers import PATIENCE, Live


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

    asyncio.run(app._events(Listener(1, 1, "read"), receive, send))
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


@pytest.mark.parametrize("origin", ["Origin", "Sec-Fetch-Site"])
def test_a_page_hears_that_there_is_something_new_and_nothing_else(live: Live, origin: str) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    ours = live.url if origin == "Origin" else "same-origin"
    with page(live, session_of(live, alice.account), {origin: ours}) as events:
        assert (events.status, events.headers["Content-Type"]) == (200, "text/event-stream")
        assert events.headers["Access-Control-Allow-Origin"] == live.url
        assert events.headers["Access-Control-Allow-Credentials"] == "true"
        assert line(events) == ":)\n"
        bob.follow(alice)
        assert [line(events) for _ in range(3)] == ["event: news\n", "data: new\n", "\n"]


def test_a_stream_of_a_page_is_for_its_member_on_this_site(live: Live) -> None:
    alice = Person(live)
    session, ours = session_of(live, alice.account), {"Origin": live.url}
    with live.database():
        forged = SessionStore()
        forged.update({SESSION_KEY: str(alice.account.pk), HASH_SESSION_KEY: "of an earlier password"})
        forged.create()
    strangers = [
        (session, {"Origin": "https://other.example"}),
        (session, {"Sec-Fetch-Site": "cross-site"}),
        (session, {}),
        ("unknown", ours),
        ("", ours),
        (forged.session_key, ours),
    ]
    for key, headers in strangers:
        with page(live, key, headers) as answer:
            assert (answer.status, json.loads(answer.read())) == (401, {"error": "Nobody is signed in"})
    with live.database():
        people.suspend(alice.account.pk)
    with page(live, session, ours) as answer:
        assert answer.status == 401


def test_a_page_connects_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "PAGE_TIME", 0.01)

    async def send(message: Any) -> None:
        pass

    async def receive() -> Any:
        await asyncio.Event().wait()

    asyncio.run(asyncio.wait_for(app._events(Listener(1), receive, send), PATIENCE))


@contextmanager
def page(live: Live, session: str, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    """The stream of a page in a browser that has a session."""
    connection = http.client.HTTPConnection("127.0.0.1", live.streaming_port, timeout=PATIENCE)
    cookie = f"zone=Europe/Berlin; {settings.SESSION_COOKIE_NAME}={session}"
    connection.request("GET", f"{PATH}/page", headers=headers | {"Cookie": cookie})
    with connection.getresponse() as answer:
        yield answer
    connection.close()


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
