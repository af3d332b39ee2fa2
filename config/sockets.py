"""The sockets of a worker, which granian keeps to itself: they are found among the files that the process has open."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from stat import S_ISSOCK

FILES = Path("/dev/fd")  # by number
UNANSWERED = 30_000  # milliseconds until a connection ends whose client acknowledges nothing, or makes no room
OPTION = getattr(socket, "TCP_USER_TIMEOUT", None)  # on Linux


def cut_off(client: str) -> None:
    """Close the connection to a client, as `Scope.client` names it, in the middle of an answer.

    granian cannot: it would end the answer as if that was all.
    """

    def cut(each: socket.socket) -> None:
        match each.getpeername():
            case (host, port, *_) if client in {f"{host}:{port}", f"[{host}]:{port}"}:
                each.shutdown(socket.SHUT_RDWR)

    _visit(cut)


def end_unanswered() -> bool:
    """Let the kernel end the connections of clients that vanished or never read. Return False if nobody listens yet."""
    ports = set[int]()

    def find(each: socket.socket) -> None:
        match each.getsockname():
            case (_, port, *_) if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                ports.add(port)

    def limit(each: socket.socket) -> None:
        match each.getsockname():
            case (_, port, *_) if OPTION is not None and port in ports:
                each.setsockopt(socket.IPPROTO_TCP, OPTION, UNANSWERED)

    _visit(find)
    _visit(limit)  # what listens, whose connections take it over, and those that came before
    return bool(ports) or OPTION is None


def _visit(look: Callable[[socket.socket], None]) -> None:
    """Call `look` with a copy of each socket. It may fail with those that are of another kind, or were closed."""
    for number in [int(file.name) for file in FILES.iterdir()]:
        with suppress(OSError):
            if S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as copy:
                    look(copy)
