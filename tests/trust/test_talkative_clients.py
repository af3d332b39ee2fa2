"""Clients of the streams that say nothing, talk without end, or never come to an end: nobody else waits for them."""

import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from compat_mastodon.streaming import connection
from tests.compat_mastodon.streams import PATH, Person, heard
from tests.servers import PATIENCE, Live
from tests.trust.test_clients_that_never_read import FRAME, UPGRADE

pytestmark = [pytest.mark.once, pytest.mark.django_db]

HEALTH = f"GET {PATH}/health HTTP/1.1\r\nHost: x\r\n".encode()
BODY = HEALTH.replace(b"GET", b"POST") + b"Content-Length: 100000\r\n\r\n"
PING = struct.pack("!BB4s", 0x89, 0x80, b"0000")
PART = struct.pack("!BB4s", 0x00, 0x80, b"0000")  # of a message, and empty
BEGIN = struct.pack("!BB4s", 0x01, 0x80, b"0000")
SECONDS = 3.0


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "then"),
    [(b"", b""), (HEALTH, b""), (HEALTH + b"X: ", b"x"), (HEALTH + b"\r\n", b"x"), (BODY, b"x")],
    ids=["silent", "half a head", "a drop of the head now and then", "of the second head", "of the body"],
)
def test_a_request_has_a_time_in_which_it_has_to_come(live: Live, first: bytes, then: bytes) -> None:
    live.start_streams()
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", live.streaming_port), PATIENCE) as client:
        client.sendall(first)
        while not has_ended(client):
            assert time.monotonic() - started < connection.ASKING + PATIENCE
            client.sendall(then)


def has_ended(client: socket.socket) -> bool:
    while select.select([client], [], [], 2)[0]:
        try:
            if not client.recv(1000):
                return True
        except ConnectionResetError:
            return True
    return False


def test_a_stream_of_events_has_no_body(live: Live) -> None:
    alice = Person(live)
    head = f"GET {PATH}/user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.token}\r\nContent-Length: 1000\r\n"
    with socket.create_connection(("127.0.0.1", live.streaming_port), PATIENCE) as client:
        client.sendall(head.encode() + b"\r\nx")
        while client.recv(1000):
            pass


@pytest.mark.parametrize(
    ("first", "again"), [(b"", FRAME), (b"", PING), (BEGIN, PART)], ids=["orders", "pings", "endless messages"]
)
def test_who_talks_without_end_is_read_slowly(live: Live, first: bytes, again: bytes) -> None:
    """And others are told at once."""
    alice, bob, mallory = Person(live), Person(live, name="bob"), Person(live, name="mallory")
    with alice.listen() as stream, talking(mallory) as client:
        client.sendall(first)
        client.settimeout(SECONDS)
        with pytest.raises(TimeoutError):
            for _ in range(30):
                client.sendall(again * (1_000_000 // len(again)))
        before = processor_time(live)
        bob.follow(alice)
        assert heard(stream)["event"] == "notification"
        time.sleep(SECONDS)
        assert processor_time(live) - before < SECONDS / 2


@contextmanager
def talking(person: Person) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", person.live.streaming_port), PATIENCE) as client:
        head = f"GET {PATH}?stream=user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
        client.sendall((head + UPGRADE.format("dGhlIHNhbXBsZSBub25jZQ==") + "\r\n").encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 101")
        yield client


def processor_time(live: Live) -> float:
    """Seconds that the process of the streams has worked."""
    server = psutil.Process(live.process.pid)
    streams = next(
        child
        for child in server.children()
        if any(each.laddr.port == live.streaming_port for each in child.net_connections() if each.status == "LISTEN")
    )
    return float(sum(streams.cpu_times()[:2]))
