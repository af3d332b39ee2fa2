"""PostgreSQL is never waited for without end by the server; the commands of `manage.py` wait as long as they need."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

SHOW = """
import sys
{before}
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SHOW {{name}}")
        print(*cursor.fetchone())
print(connection.get_connection_params().get("connect_timeout"))
"""
SERVERS = {"requests": "import config.wsgi", "streams": "import config.asgi"}


@pytest.fixture(autouse=True)
def _on_postgres(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite waits for five seconds")


def database_url() -> str:
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def limits(before: str, **environment: str) -> list[str]:
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url(), **environment}
    return subprocess.check_output(
        [sys.executable, "-c", SHOW.format(before=before)], env=os.environ | own, cwd=settings.ROOT, text=True
    ).split()


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_has_limits(server: str) -> None:
    assert limits(SERVERS[server]) == ["5s", "30s", "1min", "5"]


def test_variables_change_them() -> None:
    changed = limits(
        SERVERS["requests"],
        DATABASE_CONNECT_TIMEOUT="7",
        DATABASE_LOCK_TIMEOUT="2",
        DATABASE_STATEMENT_TIMEOUT="0",
        DATABASE_IDLE_TIMEOUT="90",
    )

    assert changed == ["2s", "0", "90s", "7"]


def test_commands_have_none() -> None:
    assert limits("") == ["0", "0", "0", "None"]


def test_a_pooler_is_sent_nothing_that_it_would_refuse() -> None:
    assert limits(SERVERS["requests"], LISTEN_DATABASE_URL=database_url()) == ["0", "0", "0", "5"]
