"""The socket of a stream: closed when its client is gone or does not read, and known to be closed.

A client has a time to ask for something, and what it says on a WebSocket is read no faster than anybody needs: all
streams are served by one process, which a few clients that talk without end would keep busy.

ASGI tells an application that its client has gone, but not when the socket has. The server (`config.server`)
runs these protocols, and the application finds the connection in the `state` of its scope. Under another
server there is none: a stream counts then until it has ended.
"""

import asyncio
import socket
import struct
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNANSWERED = 30_000  # milliseconds until a socket ends whose other end acknowledges nothing, or makes no room
ASKING = 30.0  # seconds until a connection is closed that has not asked for anything
AT_A_TIME = 16_384  # bytes of what a client says on a WebSocket that are read without a pause
SPEED = 500  # bytes a second that are read on average
AT_ONCE = struct.pack("ii", 1, 0)  # nothing of what was not read yet is kept when the socket is closed
STATE = "connection"


class Connection:
    """One socket; `gone` is set when it is closed."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.gone = asyncio.Event()
        self._transport = transport
        self._set(socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", None), UNANSWERED)

    def cut_off(self) -> None:
        """Close the socket, whatever the client has not read yet."""
        self._set(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._transport.abort()

    def read_little(self) -> None:
        """Let the kernel keep no more of what the client says than is read at a time."""
        self._set(socket.SOL_SOCKET, socket.SO_RCVBUF, AT_A_TIME)

    def _set(self, level: int, option: int | None, value: Any) -> None:
        if option is not None and not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(level, option, value)


class Http(H11Protocol):
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = self.app_state | {STATE: Connection(transport)}
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()
        self.app_state[STATE].gone.set()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _wait(self) -> None:
        """Give the client a time for its request, in all: uvicorn waits for ever for the first, and for each byte."""
        self._stop_waiting()
        self._deadline = self.loop.call_later(ASKING, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class WebSocket(WebSocketsSansIOProtocol):
    _pause: asyncio.TimerHandle | None = None
    _read = 0.0  # bytes, less those that the time has made good
    _read_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        connection = Connection(self.transport)
        connection.read_little()
        self.app_state = self.app_state | {STATE: connection}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._pause:
            self._pause.cancel()
        self.app_state[STATE].gone.set()

    def data_received(self, data: bytes) -> None:
        """Read on later, if this was too much: orders, pings and parts of messages alike."""
        super().data_received(data)
        now = self.loop.time()
        self._read = max(self._read - (now - self._read_at) * SPEED, 0) + len(data)
        self._read_at = now
        if self._read > AT_A_TIME and not self.transport.is_closing():
            self.transport.pause_reading()
            self._pause = self.loop.call_later((self._read - AT_A_TIME) / SPEED, self._read_on)

    async def receive(self) -> Any:
        message = await super().receive()
        if self._pause:  # uvicorn reads on after each message
            self.transport.pause_reading()
        return message

    def _read_on(self) -> None:
        self._pause = None
        if not self.read_paused:
            self.transport.resume_reading()
