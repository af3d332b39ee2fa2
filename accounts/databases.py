"""The database that a query runs on: the one that the project's routers name for its model.

Django's own queries ask the routers by themselves. SQL that is compiled once (`statements`) or written by hand asks
them here. Within a transaction of the primary, everything runs on the primary: it reads what the transaction wrote and
what its locks protect. Without routers, all this costs next to nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model


def for_read(model: type[Model]) -> str:
    """Return the alias of the database to read from."""
    if not router.routers:
        return DEFAULT_DB_ALIAS
    primary = router.db_for_write(model)
    return primary if connections[primary].in_atomic_block else router.db_for_read(model)


def for_write(model: type[Model]) -> str:
    """Return the alias of the primary: to write to, and to read from under a lock."""
    return router.db_for_write(model) if router.routers else DEFAULT_DB_ALIAS


def reading(model: type[Model]) -> BaseDatabaseWrapper:
    """Return the connection to read from."""
    return connections[for_read(model)]


def writing(model: type[Model]) -> BaseDatabaseWrapper:
    """Return the connection of the primary."""
    return connections[for_write(model)]


@contextmanager
def atomic(model: type[Model], *, durable: bool = False) -> Iterator[None]:
    """Run a block, or a decorated function, in one transaction of the primary, as `transaction.atomic` does."""
    with transaction.atomic(for_write(model), durable=durable):
        yield


def direct(model: type[Model]) -> dict[str, Any]:
    """Return psycopg's parameters for a connection of one's own: past a pooler that hands connections around."""
    params = writing(model).get_connection_params()
    if settings.LISTEN_DATABASE_URL:
        return {"conninfo": settings.LISTEN_DATABASE_URL, "connect_timeout": params.get("connect_timeout")}
    own = {"cursor_factory", "context", "prepare_threshold"}  # for Django's cursors
    return {name: value for name, value in params.items() if name not in own}
