"""Long batches of decisions, which a worker takes in a thread while it answers other requests.

Each pair of a batch is a short transaction of its own, so that others' writes come in between too.
"""

import threading
from collections.abc import Callable
from functools import partial

from django.db import connections

from accounts import retries
from follows.deciding import Batched

FEW = 20  # that hold nobody up
AT_ONCE = retries.Room(2)  # batches in a thread of this process; each has a database connection


class _NoRoom(Exception):
    """Two batches are under way."""


def take(size: int, work: Callable[[], Batched]) -> Batched:
    """Run `work`, a batch of this size. It must be the first thing that the request writes, which may begin anew."""
    if size <= FEW:
        return work()
    try:
        return retries.aside("batch", partial(_in_thread, work, threading.get_ident()), AT_ONCE, _NoRoom())
    except _NoRoom:
        return work()


def _in_thread(work: Callable[[], Batched], worker: int) -> Batched:
    try:
        return work()
    finally:
        if threading.get_ident() != worker:
            connections.close_all()
