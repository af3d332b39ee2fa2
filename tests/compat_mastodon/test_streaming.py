"""Whoever listens over a WebSocket is told at once, as long as the token lives."""

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts import people
from tests.compat_mastodon.conftest import ALL_SCOPES, token_for
from tests.compat_mastodon.streams import PATH, Person, closed_with, get, heard, line
from tests.servers import PATIENCE, Live


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
        assert closed_with(stream) == 1003


def test_tokens_that_die_lose_their_streams(live: Live) -> None:
    revoked, suspended = Person(live), Person(live, name="bob")
    with (
        revoked.listen() as first,
        suspended.listen() as second,
        get(live.streaming_port, f"{PATH}/user", revoked.token) as first_events,
        get(live.streaming_port, f"{PATH}/user", suspended.token) as second_events,
    ):
        assert line(first_events) == line(second_events) == ":)\n"
        revoked.revoke()
        with live.database():
            people.suspend(suspended.account.pk)
        assert closed_with(first) == closed_with(second) == 1008
        assert first_events.read() == second_events.read() == b""


def test_nothing_is_told_once_the_token_is_revoked(live: Live) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    with alice.listen() as stream:
        alice.revoke()
        bob.follow(alice)
        with pytest.raises(ConnectionClosed):
            stream.recv(PATIENCE)
