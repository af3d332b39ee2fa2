"""The threads of this process that work after a request was answered."""

import time
from collections.abc import Callable

from accounts.mail import outbox
from follows import background
from follows.notices import delivery

PATIENCE = 360  # seconds, on a machine that is very busy


def wait_for_deliveries() -> None:
    """Until no notice waits for its delivery in this process, and none is being delivered."""
    queues = {queue for queues in delivery._transports.values() for queue in queues}
    _wait(lambda: any(queue._waiting for queue in queues), "deliveries do not end")


def wait_for_background() -> None:
    """Until no step is left to take in this process."""
    _wait(lambda: background._thread and background._thread.is_alive(), "background work does not end")


def wait_for_mails() -> None:
    """Until no mail waits to be sent by this process."""
    _wait(lambda: outbox._thread and outbox._thread.is_alive(), "mails do not end")


def _wait(works: Callable[[], object], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while works():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)
