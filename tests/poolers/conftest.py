"""Every real server of this folder reaches PostgreSQL through PgBouncer, as all do with `--pooler`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests import pgbouncer
from tests.servers import Live, database_of_its_own

TIMEOUTS = {"lock_timeout": 5, "statement_timeout": 30, "idle_in_transaction_session_timeout": 60}  # seconds


@pytest.fixture(scope="session")
def live(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: str, django_db_blocker: Any, worker_id: str
) -> Iterator[Live]:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no pooler")
    directory = tmp_path_factory.mktemp("pooled")
    with (
        pgbouncer.pooling(settings.DATABASE_URL) as pooling,
        database_of_its_own(directory, f"latchkey_pooled_{worker_id}", django_db_blocker, django_db_setup) as url,
    ):
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            for timeout, seconds in TIMEOUTS.items():  # which a pooler does not forward
                cursor.execute(f"ALTER DATABASE latchkey_pooled_{worker_id} SET {timeout} = '{seconds}s'")
        server = Live(url, directory, django_db_blocker, **pooling(url))
        server.start()
        yield server
        server.stop()
