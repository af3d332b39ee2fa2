"""A server of N workers keeps N connections to PostgreSQL, and a known number more for what goes on beside them."""

import time

import pytest
import requests
from django.db import connection

from tests.compat_mastodon.conftest import token_for
from tests.servers import PATIENCE, Live
from tests.trust.figures import Figure

WORKERS = 2
MOST_A_WORKER = 7  # docs/trust.md counts them

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is a file")


def connections_of(live: Live) -> int:
    with live.database(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_the_server_opens_no_more_than_the_documentation_says(live: Live, figure: Figure) -> None:
    alice = live.sign_up("alice")
    with live.database():
        token = token_for(alice)
    headers = {"Authorization": f"Bearer {token}"}
    most, deadline = 0, time.monotonic() + PATIENCE
    while most < WORKERS:
        assert time.monotonic() < deadline
        requests.get(f"{live.url}/api/v1/accounts/verify_credentials", headers=headers, timeout=PATIENCE)
        most = max(most, connections_of(live))

    figure(f"{WORKERS} workers: {most} connections at most")
    assert most <= MOST_A_WORKER * WORKERS + 3
