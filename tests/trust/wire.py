"""Requests byte by byte, for what no client library sends."""

import socket
import struct
from contextlib import closing
from http.client import HTTPResponse, RemoteDisconnected

from tests.servers import PATIENCE, Live

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def connect(live: Live, source: str = "127.0.0.1") -> socket.socket:
    """A connection to a server, from this address."""
    return socket.create_connection(("127.0.0.1", live.port), PATIENCE, (source, 0))


def head(method: str, path: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", f"Host: {host}", *lines, "", "")).encode()


def chunk(data: str) -> bytes:
    return f"{len(data):x}\r\n{data}\r\n".encode()


def answer(client: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer; 0 when the connection ended without one."""
    with closing(HTTPResponse(client)) as response:
        try:
            response.begin()
        except (RemoteDisconnected, ConnectionResetError):
            return 0, b""
        return response.status, response.read()


def reset(client: socket.socket) -> None:
    """End the connection with an RST, as a phone that loses its net."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
