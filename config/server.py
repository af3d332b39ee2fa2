"""The server process: granian over WSGI, one worker per core with one blocking thread each.

The application is loaded once and the workers are forked from it: they answer at once and share
its memory. More threads per worker would only fight over the interpreter.
"""

import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from typing import Any, NoReturn

from django.db import connections
from django.urls import get_resolver
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from follows import opening

LAST_REQUESTS = 5  # seconds that requests under way have to finish once the server ends


class CannotListen(Exception):
    """The address cannot be had; the message is for people."""


def free_address(host: str, port: int) -> str:
    """The address that `host` stands for, when a server can listen there.

    granian's own sockets share a port that is taken, and two servers would answer in turn.

    :raises CannotListen: when the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"Port {port} on {host} is taken; set PORT to another one.") from None
        raise CannotListen(f"Cannot listen on {host} port {port}: {error.strerror}.") from None
    return str(address[0])


def serve(address: str, port: int, workers: int) -> NoReturn:
    """Answer requests until SIGTERM or SIGINT; then end every worker, and the process."""
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        _load()
        _ = get_resolver().url_patterns
        connections.close_all()
        gc.freeze()
        os.register_at_fork(after_in_child=_end_at_once)
    Server(
        "config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        backlog=1024,
        log_level=LogLevels.error,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUESTS,
    ).serve(target_loader=_load_in_worker, wrap_loader=False)
    sys.exit()


def _load() -> Any:
    from config.wsgi import application  # Django has to be set up first

    return application


def _end_at_once() -> None:
    """Until a worker has granian's handlers it has the parent's, which would swallow the signal to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _load_in_worker() -> Any:
    """Runs in each worker. Its own process group keeps a terminal's Ctrl-C for the parent."""
    os.setpgrp()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    application = _load()
    opening.resume()
    return application


def _end_with_parent() -> None:
    """A parent that was killed could not end its workers; they would keep the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
