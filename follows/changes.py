"""Listeners of other apps, called with every change of the graph after its commit.

Notices tell people; `notices.delivery` carries them. This is for programs: a search index, a webhook, a cache.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from accounts import databases
from accounts.access import Actor
from follows.models import Decision

logger = logging.getLogger(__name__)


class Change(NamedTuple):
    """A change of a pair. `kind` is a `Decision.Kind`; a block has the blocked account as `follower`.

    `rule` decided without a person; empty if a person did.
    """

    kind: int
    follower: int
    target: int
    by: Actor
    at: datetime
    rule: str = ""


Listener = Callable[[Change], None]

_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """Call `listener` with each change from now on, once, after its transaction is committed.

    It runs in the caller's thread, so it should be quick. An exception is logged and stops nothing.
    """
    _listeners.append(listener)


def unregister(listener: Listener) -> None:
    """The listener hears no more."""
    if listener in _listeners:
        _listeners.remove(listener)


def heard() -> bool:
    """Return True if anybody listens; building changes that nobody hears can be spared."""
    return bool(_listeners)


def after_commit(changes: Iterable[Change]) -> None:
    """Within a transaction: tell the listeners as soon as it is committed, and only then."""
    if _listeners:
        told = list(changes)
        transaction.on_commit(lambda: _tell(told), databases.for_write(Decision))


def _tell(changes: list[Change]) -> None:
    for listener in _listeners:
        for change in changes:
            try:
                listener(change)
            except Exception:
                logger.exception("A listener failed to hear of a change")
