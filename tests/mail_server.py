"""Mail servers on a port of this machine: one keeps what it gets, one takes connections and says nothing."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port

PATIENCE = 60  # seconds until a mail must have come
Answers = Callable[[socket.socket], None]


class Mailbox:
    """Keeps the mails that came in; the first `refusals` of them are put off."""

    def __init__(self, refusals: int = 0) -> None:
        self.mails: list[Message] = []
        self.port = 0
        self._refusals = refusals
        self._arrived = threading.Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd calls it so
        with self._arrived:
            if self._refusals:
                self._refusals -= 1
                return "451 Try again later"
            self.mails.append(message_from_bytes(envelope.content))
            self._arrived.notify_all()
        return "250 OK"

    def to(self, address: str) -> list[Message]:
        return [mail for mail in self.mails if mail["To"] == address]

    def wait(self, address: str, count: int = 1) -> Message:
        """The newest mail to this address, once there are `count`."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.to(address)) >= count, PATIENCE), "no mail came"
            return self.to(address)[-1]

    def link(self, address: str, count: int = 1) -> str:
        """The path of the link in that mail."""
        return link_in(self.wait(address, count).get_payload(decode=True).decode())  # type: ignore[union-attr]


def link_in(text: str) -> str:
    """The path of the only link in a text."""
    (found,) = re.findall(r"https?://[^/\s]+(/\S+)", text)
    return str(found)


@contextmanager
def mailbox(refusals: int = 0) -> Iterator[Mailbox]:
    kept = Mailbox(refusals)
    kept.port = free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


@contextmanager
def silent(says: bytes = b"", every: float = 0.2) -> Iterator[int]:
    """The port of a server that takes every connection, and says nothing, or `says` again and again."""
    ended, connections = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def keep() -> None:
            while not ended.is_set():
                try:
                    connections.append(server.accept()[0])
                except OSError:
                    return
                if says:
                    threading.Thread(target=drip, args=(connections[-1],), daemon=True).start()

        def drip(connection: socket.socket) -> None:
            while not ended.is_set():
                try:
                    connection.sendall(says)
                except OSError:
                    return
                time.sleep(every)

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)
            for connection in connections:
                connection.close()
