"""Run a request again later instead of waiting, so that its worker can answer others in the meantime.

A request waits for a lock, or for work in a thread (`aside`). Then it raises `Again`: its transaction is rolled back,
nothing is sent, and the server runs it again from its start. Effects outside of the database still happen only once
(`once`). A request that has committed something blocks its worker while it waits. So does everything outside of a
`Tries`: threads, commands, tests, and requests of another server.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from accounts import events

Result = TypeVar("Result")


class Again(BaseException):  # no handler of errors may keep it
    """Run the request again: when `done` is, or after a while if it waits for a lock."""

    def __init__(self, done: "Future[Any] | None" = None) -> None:
        self.done = done
        super().__init__("This request begins anew.")


class Tries:
    """The tries of one request. `patience` is the seconds that it waits for locks in all; None to wait where it is."""

    def __init__(self, patience: float | None) -> None:
        self.patience = patience
        self.committed = False
        self.gives_up_at: float | None = None  # on the machine's clock that never jumps; None before it waited
        self._made: dict[Hashable, list[Any]] = {}  # how often this try asked for each, and what it was given

    def __enter__(self) -> None:
        """Begin to answer this request, from its start."""
        for entry in self._made.values():
            entry[0] = 0
        self._token = _tries.set(self)

    def __exit__(self, *error: object) -> None:
        _tries.reset(self._token)

    @classmethod
    def last(cls) -> "Tries":
        """Return a request that does not wait any longer."""
        tries = cls(0)
        tries.give_up()
        return tries

    def give_up(self) -> None:
        """Do not run again because of a lock."""
        self.gives_up_at = 0.0

    def waits(self) -> None:
        """Record that it found a lock held."""
        if self.gives_up_at is None:
            self.gives_up_at = time.monotonic() + (self.patience or 0)

    @property
    def may_wait(self) -> bool:
        """Return True if it may run again because of a lock."""
        over = self.gives_up_at is not None and time.monotonic() >= self.gives_up_at
        return self.patience is not None and not self.committed and not over

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the value that was made under this key, for the first, second ... time that a try asks for it."""
        entry = self._made.setdefault(key, [0])
        if len(entry) == entry[0] + 1:
            entry.append(make())
        entry[0] += 1
        return entry[entry[0]]


_tries: ContextVar[Tries | None] = ContextVar("tries", default=None)


class Room:
    """Limit the number of threads of `aside` in this process."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def start(self, work: Callable[[], Any], full: Exception) -> "Future[Any]":
        if not self._free.acquire(blocking=False):
            raise full
        done: Future[Any] = Future()

        def run() -> None:
            try:
                result = work()
            except BaseException as error:
                self._free.release()
                done.set_exception(error)
            else:
                self._free.release()
                done.set_result(result)

        threading.Thread(target=run, name="aside", daemon=True).start()
        return done


def once(key: Hashable, work: Callable[[], Result]) -> Result:
    """Do something that a rollback does not undo, only once for all runs of the request."""
    tries = _tries.get()
    return work() if tries is None else cast("Result", tries.remembered(key, work))


def aside(key: Hashable, work: Callable[[], Result], room: Room, full: Exception) -> Result:
    """Run `work` while the worker answers other requests, and return its result. It must not use the database.

    :raises Exception: `full`, when there is no room.
    """
    tries = _tries.get()
    if tries is None or tries.committed:
        return work()
    done = tries.remembered(key, lambda: room.start(work, full))
    if not done.done():
        raise Again(done)
    return cast("Result", done.result())


def hurries() -> bool:
    """Return True if the request should not wait for a lock: it can run again, or has waited long enough."""
    tries = _tries.get()
    return tries is not None and tries.patience is not None and not tries.committed


def found_locked() -> None:
    """Handle a lock that is held.

    :raises Again: when the request can run again.
    """
    events.waited.send(None)
    tries = _tries.get()
    if tries is not None and tries.may_wait:
        tries.waits()
        raise Again


def committed() -> None:
    """Record a commit: the request can no longer run again."""
    if tries := _tries.get():
        tries.committed = True


@contextmanager
def by_the_way() -> Iterator[None]:
    """Inside, a lock that is held is an immediate error, and a commit does not prevent another run."""
    token = _tries.set(Tries.last() if _tries.get() else None)
    try:
        yield
    finally:
        _tries.reset(token)
