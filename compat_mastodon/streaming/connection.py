"""The socket of a stream: closed when its client is gone or does not read, and known to be closed.

ASGI tells an application that its client has gone, but not when the socket has. The server (`config.server`)
runs these protocols, and the application finds the connection in the `state` of its scope. Under another
server there is none: a stream counts then until it has ended.
"""

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNANSWERED = 30_000  # milliseconds until a socket ends whose other end acknowledges nothing, or makes no room
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

    def _set(self, level: int, option: int | None, value: Any) -> None:
        if option is not None and not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(level, option, value)


class Http(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = self.app_state | {STATE: Connection(transport)}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.app_state[STATE].gone.set()


class WebSocket(WebSocketsSansIOProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = self.app_state | {STATE: Connection(self.transport)}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.app_state[STATE].gone.set()
