"""Clients of the streams that are dead, or never read: their sockets end, and hold no stream for ever."""

import asyncio
import ctypes
import json
import select
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from django.utils import timezone

from compat_mastodon.streaming import app, connection, hub
from compat_mastodon.streaming.connection import STATE, Connection, Http, WebSocket
from compat_mastodon.streaming.hub import Hub, Listener
from tests.compat_mastodon.streams import PATH, Person
from tests.compat_mastodon.test_streams_at_once import admitted
from tests.replicas.cluster import wait_until
from tests.servers import PATIENCE, Live, free_port

pytestmark = pytest.mark.once

TOKEN = app.bearer.Token(1, "read", None, 1, 1, None, None, unconfirmed=False, used_at=timezone.now())
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n"
ORDER = json.dumps({"type": "subscribe", "stream": "nobody"}).encode()  # is answered each time
FRAME = struct.pack("!BB4s", 0x81, 0x80 | len(ORDER), b"\0\0\0\0") + ORDER


@contextmanager
def never_reading(person: Person) -> Iterator[socket.socket]:
    """A WebSocket whose client takes nothing, until the server has no room for more."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", person.live.streaming_port))
        head = f"GET {PATH}?stream=user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
        client.sendall((head + UPGRADE.format("dGhlIHNhbXBsZSBub25jZQ==") + "\r\n").encode())
        assert client.recv(12) == b"HTTP/1.1 101"
        client.settimeout(2)
        with pytest.raises(TimeoutError):
            while True:
                client.sendall(FRAME * 1000)
        yield client


def has_ended(client: socket.socket) -> bool:
    """Whether the server has closed the socket, though much was not read."""
    poll = select.poll()
    poll.register(client, select.POLLERR | select.POLLHUP)
    return bool(poll.poll(PATIENCE * 1000))


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reset is told otherwise")
@pytest.mark.django_db
def test_a_client_that_never_reads_loses_its_socket_with_its_token(live: Live) -> None:
    """It used to hold it for ever: the last word waited for room."""
    alice = Person(live)
    with never_reading(alice) as client:
        alice.revoke()

        assert has_ended(client)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reset is told otherwise")
@pytest.mark.django_db
def test_a_client_that_says_goodbye_and_never_reads_is_cut_off(live: Live) -> None:
    alice = Person(live)
    with never_reading(alice) as client:
        client.shutdown(socket.SHUT_WR)

        assert has_ended(client)


def test_the_last_word_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "LAST_WORD", 0.1)

    async def send(message: Any) -> None:
        await asyncio.Event().wait()  # no room, and never again

    async def story() -> None:
        gone = Gone()
        await asyncio.wait_for(app._hang_up({"state": {STATE: gone}}, send, {}), PATIENCE)
        assert gone.cut

        await asyncio.wait_for(app._hang_up({}, send, {}), PATIENCE)  # as under another server

    asyncio.run(story())


def test_a_stream_counts_until_its_socket_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_STREAMS", 1)
    streams = Hub()
    monkeypatch.setattr(app, "HUB", streams)

    async def run(ready: asyncio.Event) -> None:
        ready.set()

    monkeypatch.setattr(streams, "_run", run)
    said = asyncio.Event()

    async def send(message: Any) -> None:
        said.set()

    async def story() -> None:
        gone = Gone()

        async def stream() -> None:
            async with streams.listening(Listener(TOKEN.account, TOKEN.id, TOKEN.scope)):
                await app._hang_up({"state": {STATE: gone}}, send, {})

        first = asyncio.create_task(stream())
        await asyncio.wait_for(said.wait(), PATIENCE)
        with pytest.raises(app.Refused):
            async with streams.listening(Listener(TOKEN.account, TOKEN.id, TOKEN.scope)):
                """It is never entered."""
        gone.gone.set()
        await first
        async with streams.listening(Listener(TOKEN.account, TOKEN.id, TOKEN.scope)):
            """Now there is room."""

    asyncio.run(story())


class Gone(Connection):
    """A connection whose socket goes when it is cut off, or by `gone`."""

    def __init__(self) -> None:
        self.gone, self.cut = asyncio.Event(), False

    def cut_off(self) -> None:
        self.cut = True
        self.gone.set()


@pytest.mark.long
@pytest.mark.django_db
def test_streams_of_clients_that_went_are_free_again(live: Live) -> None:
    """Those that never read, too: none of them counts for ever."""
    alice = Person(live)
    with ExitStack() as others:
        for _ in range(hub.MOST_STREAMS - 1):
            others.enter_context(alice.listen())
        with never_reading(alice):
            assert not admitted(alice)
        wait_until(lambda: admitted(alice))


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such options")
@pytest.mark.django_db
def test_streams_of_machines_that_vanished_are_free_again(live: Live) -> None:
    """They close nothing and acknowledge nothing, so only the kernel notices that heartbeats are lost."""
    alice = Person(live)
    with ExitStack() as machines:
        for _ in range(hub.MOST_STREAMS):
            vanish(machines.enter_context(event_stream(alice)))
        assert not admitted(alice)

        wait_until(lambda: admitted(alice))


@contextmanager
def event_stream(person: Person) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", person.live.streaming_port), PATIENCE) as client:
        client.sendall(f"GET {PATH}/user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        yield client


def vanish(client: socket.socket) -> None:
    """Let no packet reach this end any more: a filter of one instruction (BPF) keeps nothing of each."""
    keep_nothing = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0), 8)
    attach = 26  # SO_ATTACH_FILTER
    client.setsockopt(socket.SOL_SOCKET, attach, struct.pack("@HP", 1, ctypes.addressof(keep_nothing)))


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
@pytest.mark.parametrize("upgrade", ["", UPGRADE.format("dGhlIHNhbXBsZSBub25jZQ==")])
def test_sockets_of_dead_clients_end(upgrade: str) -> None:
    """What a dead client does not acknowledge ends its socket, and there are always heartbeats or pings."""
    found: list[int] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        transport = scope["state"][STATE]._transport
        found.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))

    async def story() -> None:
        port = free_port()
        config = uvicorn.Config(application, port=port, http=Http, ws=WebSocket, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET / HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            while not found:
                await asyncio.sleep(0.01)
        writer.close()
        server.should_exit = True
        await serving

    asyncio.run(story())
    assert found == [connection.UNANSWERED]
