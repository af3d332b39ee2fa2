"""Background work on one account, step by step, until nothing is left to do.

One thread of a process does a step for each account in turn, so long work does not delay the rest. A step that fails,
for example because the database is unavailable, is tried again after 1, 2, 4 ... 60 seconds.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connections

from accounts.replicas import positions

LONGEST_WAIT = 60.0  # seconds between two tries
PAUSE = 0.1  # of a step's time, left to the other writers after it: they ask for their turn every millisecond

Step = Callable[[int], object]

logger = logging.getLogger(__name__)


class Work(NamedTuple):
    """Steps to take until one gives something false. Each is a transaction of its own, and safe to repeat."""

    step: Step
    account: int


_changed = threading.Condition()
_tries: dict[Work, int] = {}  # the work that is not done, with how often in a row it failed
_due: dict[Work, float] = {}  # when to go on with it, on the machine's clock that never jumps
_thread: threading.Thread | None = None


def carry_on(step: Step, account: int) -> None:
    """Repeat this step for this account in the background until nothing is left."""
    global _thread  # noqa: PLW0603  # one for each process
    work = Work(step, account)
    with _changed:
        _tries.setdefault(work, 0)
        _due.setdefault(work, 0.0)
        _changed.notify()
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_go_on, name="background", daemon=True)
            _thread.start()


def _go_on() -> None:
    while work := _next():
        started = time.monotonic()
        try:
            more = bool(work.step(work.account))
            positions.wrote(work.account)
        except Exception as error:
            connections.close_all()
            _put_off(work, error)
        else:
            with _changed:
                if more:
                    _tries[work], _due[work] = 0, time.monotonic()  # behind all others that are due
                else:
                    del _tries[work], _due[work]
            time.sleep((time.monotonic() - started) * PAUSE)


def _next() -> Work | None:
    """The work that waits longest, once it is due; None when all is done, and the thread ends."""
    global _thread  # noqa: PLW0603  # one for each process
    with _changed:
        while _due:
            work = min(_due, key=lambda each: _due[each])
            wait = _due[work] - time.monotonic()
            if wait <= 0:
                return work
            _changed.wait(wait)
        connections.close_all()
        _thread = None
        return None


def _put_off(work: Work, error: Exception) -> None:
    with _changed:
        wait = min(2.0 ** _tries[work], LONGEST_WAIT)
        _tries[work] += 1
        _due[work] = time.monotonic() + wait
    name = f"{work.step.__module__}.{work.step.__qualname__}"
    if isinstance(error, OperationalError | InterfaceError):
        reason = str(error).partition("\n")[0]
        logger.warning("%s of account %d goes on in %d s: %s", name, work.account, wait, reason)
    else:
        logger.error("%s of account %d failed, and is tried again in %d s", name, work.account, wait, exc_info=error)
