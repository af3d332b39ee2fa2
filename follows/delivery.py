"""What becomes of a notice once it is committed: the doors carry it to whoever asked to be told.

A door registers a transport: a function that finds out who wants the notice and sends it. It runs
behind the caller, in one of a few threads, and may take its time. The queue is bounded and lives in
memory only: what matters is in the notices, a push message is a courtesy.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore
from typing import NamedTuple

from django.db import close_old_connections, transaction

THREADS = 4
WAITING = 1000  # deliveries that may wait or be under way; more are dropped

logger = logging.getLogger(__name__)


class Told(NamedTuple):
    """Which notice: `recipient` was told this `kind` about `actor`. At most one such stands at a time."""

    recipient: int
    actor: int
    kind: int


Transport = Callable[[Told], None]

_transports: dict[int, list[Transport]] = defaultdict(list)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")  # ends what it has begun at exit
_room = BoundedSemaphore(WAITING)


def register(transport: Transport, kinds: Iterable[int]) -> None:
    """From now on `transport` is called for notices of these kinds."""
    for kind in kinds:
        _transports[kind].append(transport)


def after_commit(told: Told) -> None:
    """Within a transaction: deliver the notice as soon as it is committed, and only then."""
    if told.kind in _transports:
        transaction.on_commit(partial(_enqueue, told), robust=True)


def _enqueue(told: Told) -> None:
    for transport in _transports[told.kind]:
        if not _room.acquire(blocking=False):
            logger.warning("More than %d notices wait to be delivered; some are not", WAITING)
            return
        _threads.submit(_deliver, transport, told).add_done_callback(lambda _: _room.release())


def _deliver(transport: Transport, told: Told) -> None:
    """A thread has a database connection of its own, which is kept as long as a request's would be."""
    close_old_connections()
    try:
        transport(told)
    except Exception:
        logger.exception("A notice could not be delivered")
    finally:
        close_old_connections()
