"""Find and finish work that a process left, because it ended or the database was away.

A server does this all the time in one of its processes. It is safe in several.
"""

import logging
import threading
import time

from django.db import InterfaceError, OperationalError, connections

from accounts.mail import outbox
from follows import journal, leaving, opening
from follows.data import archives, imports
from follows.gate import expiry
from follows.notices import digest

EVERY = 180.0  # seconds
EXPIRED_AT_ONCE = 1000  # requests

logger = logging.getLogger(__name__)


def keep_looking() -> None:
    """Look for unfinished work in the background, now and every few minutes."""
    threading.Thread(target=_keep_looking, name="leftovers", daemon=True).start()


def look() -> None:
    """Begin to finish unfinished work; long work continues in the background.

    Work that fails is tried again the next time.
    """
    for begin in BEGINNINGS:
        try:
            begin()
        except (OperationalError, InterfaceError) as error:
            logger.warning("Unfinished work waits for the database: %s", str(error).partition("\n")[0])
            connections.close_all()
        except Exception:
            logger.exception("Unexpected error while finishing work")


def _expire() -> None:
    expiry.expire(at_most=EXPIRED_AT_ONCE)


def _forget() -> None:
    archives.forget_old()
    imports.forget_old()


BEGINNINGS = (
    journal.resume,
    opening.resume,
    leaving.begin_due,
    leaving.resume,
    _expire,
    digest.send_due,
    outbox.wake,
    archives.resume,
    imports.resume,
    _forget,
)


def _keep_looking() -> None:
    while True:
        look()
        connections.close_all()
        time.sleep(EVERY)
