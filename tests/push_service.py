"""A push service and a phone in one: it takes Web Push messages on this machine and decrypts them.

It checks the signature as a push service does, and reads the message as the client does whose keys
it made.
"""

import base64
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid01, Vapid02

PATIENCE = 120  # seconds


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    message: dict[str, Any]
    claims: dict[str, Any]
    signer: str


class PushService:
    """`received` is what came in; every post is answered with `status`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 201
        self._key, self._secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self._arrived = threading.Condition()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self._secret)}

    def wait(self, count: int = 1) -> Received:
        """The newest message, once there are `count`."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count, PATIENCE), "nothing was pushed"
            return self.received[-1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received = service.read(self.path, dict(self.headers), body)
                with service._arrived:
                    service.received.append(received)
                    service._arrived.notify_all()
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Received:
        keys = {"private_key": self._key, "auth_secret": self._secret}
        if headers["Content-Encoding"] == "aes128gcm":
            assert Vapid02.verify(headers["Authorization"])
            parts = dict(part.split("=", 1) for part in headers["Authorization"].removeprefix("vapid ").split(","))
            token, signer = parts["t"], parts["k"]
            message = http_ece.decrypt(body, version="aes128gcm", **keys)
        else:
            crypto_key = dict(part.split("=", 1) for part in headers["Crypto-Key"].split(";"))
            token, signer = headers["Authorization"].removeprefix("WebPush "), crypto_key["p256ecdsa"]
            assert Vapid01.verify(signer, headers["Authorization"])
            salt = decoded(headers["Encryption"].removeprefix("salt="))
            message = http_ece.decrypt(body, salt=salt, dh=decoded(crypto_key["dh"]), version="aesgcm", **keys)
        claims = json.loads(decoded(token.split(".")[1]))
        assert time.time() < claims["exp"] <= time.time() + 24 * 3600
        return Received(path, headers, json.loads(message), claims, signer)


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join()
        service.server.server_close()


class Silent:
    """A server that takes connections and never answers one, or drips: a byte of an endless header now and then."""

    def __init__(self, drip: bytes = b"") -> None:
        self.connections: list[socket.socket] = []
        self._drip, self._ending, self._arrived = drip, threading.Event(), threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._server.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def wait(self, count: int = 1) -> None:
        """Until so many connections have come."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.connections) >= count, PATIENCE), "nobody came"

    def take(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._server.accept()
                with self._arrived:
                    self.connections.append(taken)
                    self._arrived.notify_all()

    def drip(self) -> None:
        while self._drip and not self._ending.wait(0.02):
            for taken in list(self.connections):
                with suppress(OSError):
                    taken.sendall(self._drip)

    def close(self) -> None:
        self._ending.set()
        with suppress(OSError):  # a story may have closed it before
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for taken in self.connections:
            taken.close()


@contextmanager
def silent_service(drip: bytes = b"") -> Iterator[Silent]:
    silent = Silent(drip)
    threads = [threading.Thread(target=silent.take), threading.Thread(target=silent.drip)]
    for thread in threads:
        thread.start()
    try:
        yield silent
    finally:
        silent.close()
        for thread in threads:
            thread.join()


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
