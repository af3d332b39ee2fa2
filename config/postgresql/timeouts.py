"""The timeouts of a server for PostgreSQL. The commands of `manage.py` have none."""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections


@cache
def limit() -> None:
    """Give all new connections of this process `settings.POSTGRESQL_TIMEOUTS`.

    Options in `DATABASE_URL` take precedence.
    """
    for database in connections.settings.values():
        if database["ENGINE"] == "config.postgresql":
            database["OPTIONS"] = _limits() | database["OPTIONS"]


def _limits() -> dict[str, Any]:
    connect, *others = settings.POSTGRESQL_TIMEOUTS.items()
    limits: dict[str, Any] = dict([connect])
    if not settings.LISTEN_DATABASE_URL:  # a pooler would refuse these
        limits["options"] = " ".join(f"-c {name}={seconds}s" for name, seconds in others)
    return limits
