"""Sends reads to replicas, as far as the caller may miss something that others wrote in the last moment."""

from collections.abc import Callable
from contextvars import ContextVar
from random import randrange
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from accounts.replicas import health, positions
from accounts.replicas.health import REPLICAS, Replica
from accounts.replicas.positions import UNKNOWN

Result = TypeVar("Result")

_in_use: ContextVar[str | None] = ContextVar("in_use", default=None)


class Router:
    """For `settings.DATABASE_ROUTERS`: the primary is `default`, and all that `public` does not call is for it."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        alias = _in_use.get()
        return DEFAULT_DB_ALIAS if alias is None or connections[DEFAULT_DB_ALIAS].in_atomic_block else alias

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def public(viewer: int | None, read: Callable[..., Result], *args: Any, about: int | None = None) -> Result:
    """Return `read(*args)`, which only reads public data of others; None is a visitor.

    It runs on a replica that has all writes of the viewer, else on the primary. Data about the viewer comes from the
    primary, because streams tell the viewer about changes by others immediately. A replica that fails meanwhile is
    nobody's problem: the primary is asked instead.
    """
    if not REPLICAS or (about is not None and about == viewer):
        return read(*args)
    replica = _replica_for(viewer)
    if replica is None:
        return read(*args)
    token = _in_use.set(replica.alias)
    try:
        return read(*args)
    except (OperationalError, InterfaceError) as error:
        replica.failed(error)
    finally:
        _in_use.reset(token)
    return read(*args)


def _replica_for(viewer: int | None) -> Replica | None:
    """The first that has all of this viewer's writes. Each viewer begins at one of their own, so time hardly jumps."""
    health.watch()
    needed = positions.needed(viewer)
    if needed == UNKNOWN:
        return None
    first = randrange(len(REPLICAS)) if viewer is None else viewer % len(REPLICAS)  # noqa: S311
    for replica in REPLICAS[first:] + REPLICAS[:first]:
        try:
            if replica.has(needed):
                return replica
        except (OperationalError, InterfaceError) as error:
            replica.failed(error)
    return None
