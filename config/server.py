"""The server processes: granian, one worker per core that answers one request at a time (`rsgi`), and beside
them one process for the streams.

The application is loaded once, and all workers are forked from it: they start fast and share its memory. More threads
in a worker would only compete for the interpreter. The streams have a port of their own, because they stay open, and
uvicorn, because it pings its WebSockets.
"""

import ctypes
import gc
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, NoReturn, cast

from django.conf import settings
from django.db import connections
from granian._loops import loops
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from config import watchdog
from config.apis import routes
from config.metrics import files
from follows import leftovers

SILENCE = 30_000  # milliseconds until a connection that says nothing, or half of a request's head, is closed
MOST_CONNECTIONS = 10_000  # that a worker holds at once; a silent one costs some kilobytes and no thread
OTHER_FILES = 512  # that a worker has open beside its connections, at most
BACKLOG = 4_096  # connections that wait until they are taken
LONGEST_HEAD = 65_536  # bytes of a request's line and headers, and of what is read ahead of its body
LAST_REQUESTS = 5  # seconds that requests under way have to finish once the server ends
PING = 30.0  # seconds between a WebSocket's pings, and until one must be answered
MAX_ORDER = 65_536  # bytes of what a client may say on a WebSocket


def serve(address: str, port: int, workers: int, streaming_port: int) -> NoReturn:
    """Answer requests until SIGTERM or SIGINT; then end every worker, and the process.

    Streams are served beside them, unless `streaming_port` is 0.
    """
    if settings.METRICS_PORT:
        files.prepare(settings.VAR / "metrics")
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        gc.disable()
        _load()
        routes(settings.ROOT_URLCONF)
        connections.close_all()
        gc.freeze()
        gc.enable()
        os.register_at_fork(after_in_child=_end_at_once)
    loops.register("watched")(watchdog.loop)
    server = _Server(
        "config.rsgi:application",
        address=address,
        port=port,
        interface=Interfaces.RSGI,
        loop=cast("Loops", "watched"),
        workers=workers,
        backlog=BACKLOG,
        backpressure=_connections(),
        http=HTTPModes.http1,  # in its other mode connections that say nothing are never closed
        http1_settings=HTTP1Settings(header_read_timeout=SILENCE, max_buffer_size=LONGEST_HEAD),
        log_level=LogLevels.error,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUESTS,
    )
    server.posts = watchdog.posts(workers)
    watchdog.watch(server.posts, settings.WORKER_TIMEOUT)
    with ExitStack() as processes:
        if streaming_port:
            processes.enter_context(_beside("streams", _stream, address, streaming_port))
        if settings.METRICS_PORT:
            processes.enter_context(_beside("metrics", _export, server.posts))
        server.serve(target_loader=_load_in_worker, wrap_loader=False)
    sys.exit()


class _Server(MPServer):
    """granian's, whose workers are watched."""

    posts: "ctypes.Array[watchdog.Post]"

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any, *args: Any, **options: Any) -> Any:
        loader = partial(callback_loader, self.posts[idx], idx)
        return super()._spawn_worker(idx, target, loader, *args, **options)


def _connections() -> int:
    """Count how many a worker may hold: each is an open file, and there have to be some for other things."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(soft, wanted) - OTHER_FILES, 1)


@contextmanager
def _beside(name: str, target: Callable[..., None], *arguments: Any) -> Iterator[None]:
    """Within, `target` runs in a process of its own, which is started again should it fail."""
    ending = threading.Event()
    process = multiprocessing.Process(target=target, args=arguments, name=name)
    process.start()

    def keep() -> None:
        nonlocal process
        process.join()
        while not ending.wait(1):
            process = multiprocessing.Process(target=target, args=arguments, name=name)
            process.start()
            process.join()

    keeper = threading.Thread(target=keep, name=f"keeper of the {name}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        process.terminate()
        keeper.join(LAST_REQUESTS)
        process.kill()


def _export(posts: "ctypes.Array[watchdog.Post]") -> None:
    """Runs in the process of the metrics."""
    os.setpgrp()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from config.metrics import exporter  # only where there are metrics

    exporter.serve(settings.METRICS_HOST, settings.METRICS_PORT, posts)


def _stream(address: str, port: int) -> None:
    """Runs in the process of the streams."""
    os.setpgrp()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if settings.METRICS_PORT:
        files.take("streams")
        from config.metrics import meters

        meters.listen()
    import uvicorn  # no other process needs it

    from compat_mastodon.streaming.app import HUB
    from compat_mastodon.streaming.connection import Http, WebSocket
    from config.asgi import application

    class Streams(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            HUB.close()  # streams never end by themselves
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application,
        host=address,
        port=port,
        http=Http,
        ws=WebSocket,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        ws_max_size=MAX_ORDER,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    # uvicorn takes a handshake that was refused with an answer for a forgotten one.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "completing handshake" not in str(record.msg))
    Streams(config).run()


def _load() -> Any:
    from config.rsgi import application  # Django has to be set up first

    return application


def _end_at_once() -> None:
    """Until a worker has granian's handlers it has the parent's, which would swallow the signal to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _load_in_worker(post: watchdog.Post, number: int) -> Any:
    """Runs in each worker. Its own process group keeps a terminal's Ctrl-C for the parent."""
    os.setpgrp()
    watchdog.take(post)
    if settings.METRICS_PORT:
        files.take(f"worker{number}")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    application = _load()
    if number == 0:
        leftovers.keep_looking()
    return application


def _end_with_parent() -> None:
    """A parent that was killed could not end its workers; they would keep the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_REQUESTS)
        os._exit(1)  # as the parent would have killed it
