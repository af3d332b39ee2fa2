"""The delivery of notices after their commit: each API sends them to its clients.

An API registers a transport: a function that sends the notice to the clients that want it. It runs in the background,
in one of a few threads, and can be slow. Each transport has its own queue, in which the recipients take turns: each
has one delivery at a time, and does not delay the others. The queue is limited and in memory. If a message is lost,
the notice is still in the list.
"""

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import NamedTuple

from django.db import close_old_connections, transaction

from accounts import databases, events
from follows.models import Notice

THREADS = 4
WAITING = 1000  # deliveries that may wait; of more, those are dropped that wait for whom most wait

logger = logging.getLogger(__name__)


class Told(NamedTuple):
    """A notice: `recipient` was told this `kind` about `actor`. At most one such exists at a time."""

    recipient: int
    actor: int
    kind: int


Transport = Callable[[Told], None]


class Queue:
    """The notices that one transport has to deliver, in turns: one notice of each recipient."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._channel = transport.__module__.partition(".")[0].removeprefix("compat_")
        self._lock = Lock()
        self._waiting: dict[int, deque[Told]] = {}  # by recipient, with those whose delivery is under way
        self._size = 0
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")  # ends what it has begun at exit

    def put(self, told: Told) -> None:
        """Deliver it as soon as its recipient's turn comes."""
        with self._lock:
            if self._size >= WAITING and not self._makes_room(told.recipient):
                return
            self._size += 1
            if told.recipient in self._waiting:
                self._waiting[told.recipient].append(told)
            else:
                self._waiting[told.recipient] = deque([told])
                self._turn(told.recipient)

    def _makes_room(self, recipient: int) -> bool:
        """Drop the newest of whoever has most waiting, unless that is this recipient."""
        logger.warning("More than %d notices wait to be delivered; some are not", WAITING)
        events.delivered.send(None, channel=self._channel, result="dropped")
        most = max(self._waiting, key=lambda each: len(self._waiting[each]))
        if len(self._waiting[most]) <= len(self._waiting.get(recipient, ())) + 1:
            return False
        self._waiting[most].pop()
        self._size -= 1
        return True

    def _turn(self, recipient: int) -> None:
        """Let the recipient wait for a thread, behind all others who do."""
        try:
            self._threads.submit(self._deliver, recipient)
        except RuntimeError:  # the process ends
            self._size -= len(self._waiting.pop(recipient))

    def _deliver(self, recipient: int) -> None:
        """A thread has a database connection of its own, which is kept as long as a request's would be."""
        with self._lock:
            told = self._waiting[recipient].popleft()
            self._size -= 1
        try:
            close_old_connections()
            self._transport(told)
        except Exception:
            logger.exception("A notice could not be delivered")
            events.delivered.send(None, channel=self._channel, result="failed")
        finally:
            with self._lock:
                if self._waiting[recipient]:
                    self._turn(recipient)
                else:
                    del self._waiting[recipient]
            close_old_connections()


_transports: dict[int, list[Queue]] = defaultdict(list)  # by the kinds of notices


def register(transport: Transport, kinds: Iterable[int]) -> None:
    """Call `transport` for notices of these kinds from now on."""
    queue = Queue(transport)
    for kind in kinds:
        _transports[kind].append(queue)


def after_commit(told: Told) -> None:
    """Within a transaction: deliver the notice as soon as it is committed, and only then."""
    for queue in _transports.get(told.kind, ()):
        transaction.on_commit(partial(queue.put, told), databases.for_write(Notice), robust=True)
