"""The replacement of workers that hang, and `/health` while all workers are busy.

A worker stores the time of its last activity in memory that it shares with its parent. If that is too long ago, the
parent ends the worker, and logs its request, which may be the cause.
"""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import threading
import time
from multiprocessing.sharedctypes import RawArray
from typing import Any

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # it exports both

from config import sockets

logger = logging.getLogger(__name__)
BEAT = 1.0  # seconds between the signs of life of an idle worker
HEADERS = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]


class Post(ctypes.Structure):
    """The message of a worker to its parent; `path` is that of its request, without the query."""

    _fields_ = [("pid", ctypes.c_int), ("seen", ctypes.c_double), ("request", ctypes.c_char * 256)]

    pid: int
    seen: float  # on the machine's clock that never jumps
    request: bytes

    def begin(self, method: str, path: str) -> None:
        self.request = f"{method} {path}".encode()[:255]
        self.seen = time.monotonic()

    def end(self) -> None:
        self.request = b""
        self.seen = time.monotonic()


class Worker:
    """This process."""

    post = Post()


def posts(workers: int) -> "ctypes.Array[Post]":
    return RawArray(Post, workers)


def take(post: Post) -> None:
    """Runs in a worker: from now on it is watched."""
    post.end()
    post.pid = os.getpid()
    Worker.post = post


def watch(posts: "ctypes.Array[Post]", patience: float) -> None:
    """Runs in the parent: end every worker that has answered nothing for `patience` seconds.

    The parent counts its own beats, so time in which it was stopped, too, as in a paused container, does not count.
    """

    def look() -> None:
        last = [post.seen for post in posts]
        silent = [0.0] * len(last)
        while True:
            time.sleep(BEAT)
            workers = {child.pid: child for child in multiprocessing.active_children()}
            if any(post.pid not in workers for post in posts):
                continue  # one at a time: somebody has to listen until the next one does
            for number, post in enumerate(posts):  # after the pids: a new worker was seen before it wrote its own
                silent[number] = silent[number] + BEAT if post.seen == last[number] else 0
                last[number] = post.seen
            longest = max(silent)
            if longest > patience:
                post = posts[silent.index(longest)]
                request = ascii(post.request.decode(errors="replace")) if post.request else "no request"
                logger.error("A worker answered nothing for %d s and is replaced; it had %s", longest, request)
                workers[post.pid].kill()

    threading.Thread(target=look, name="watchdog", daemon=True).start()


class Loop(asyncio.SelectorEventLoop):
    """The event loop of a worker. It gives signs of life, and answers `/health` before it is its turn.

    granian hands requests over from a thread of its own: that thread can answer while the worker's is busy.
    """

    def __init__(self) -> None:
        super().__init__()
        self._limited = False
        self.call_later(BEAT, self._beat)

    def _beat(self) -> None:
        Worker.post.end()
        self._limited = self._limited or sockets.end_unanswered()
        self.call_later(BEAT, self._beat)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]  # looser
        if len(args) == 2 and isinstance(proto := getattr(args[1], "proto", None), HTTPProtocol):
            coroutine, request = args
            if _asks(request.scope):
                proto.response_str(200, HEADERS, "OK")
                return super().call_soon_threadsafe(coroutine.close)
        return super().call_soon_threadsafe(callback, *args, context=context)


def loop() -> Loop:
    made = Loop()
    asyncio.set_event_loop(made)
    return made


def _asks(scope: Scope) -> bool:
    """Return True if this is about the server's health; without a Host it is no request of HTTP/1.1."""
    return (
        scope.path == "/health"
        and scope.method in {"GET", "HEAD"}
        and ("host" in scope.headers or scope.authority is not None or scope.http_version == "1")
    )
