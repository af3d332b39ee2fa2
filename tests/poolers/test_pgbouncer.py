"""A server behind PgBouncer, which gives each transaction whatever connection is free."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.compat_mastodon.streams import Person, heard
from tests.members import Member, tell
from tests.poolers.conftest import TIMEOUTS
from tests.scenarios import STORIES
from tests.servers import Live

pytestmark = pytest.mark.django_db


def test_a_follow_request_is_streamed(live: Live) -> None:
    carol, alice = Person(live, locked=True), Person(live)
    with carol.listen() as stream:
        alice.follow(carol)

        assert heard(stream)["event"] == "notification"
        assert [one["id"] for one in carol.call("GET", "/api/v1/follow_requests")] == [str(alice.account.pk)]


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES)
def test_crossed_stories(live: Live, story: str) -> None:
    tell(story, live.url)


@pytest.mark.long
def test_many_reads_and_writes_on_few_connections(live: Live) -> None:
    """More than any statement needs to be prepared, in turn on each of the pooler's connections."""
    anna, ben = Member(live.url, "anna"), Member(live.url, "ben")
    for _ in range(25):
        anna.says(f"accounts/{ben.id}/follow")
        assert [one["id"] for one in ben.sees(f"v1/accounts/{ben.id}/followers")] == [str(anna.id)]
        anna.taps("follow", user_id=ben.id)  # which ends it
        assert ben.shows("fetch_followers", user_id=ben.id) == []
    with live.database(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone()[0] <= 4 + 2  # of the pooler, this one, and that of the streams


@pytest.mark.long
def test_commands_run_through_it(live: Live, tmp_path: Path) -> None:
    assert manage(live, "recount", "--check").returncode == 0
    assert manage(live, "backup", str(tmp_path / "backup")).returncode == 0
    assert (tmp_path / "backup" / "manifest.json").exists()


@pytest.mark.long
def test_the_doctor_knows_what_a_pooler_needs(live: Live) -> None:
    assert examined(live)["state"] == "ok"

    with live.database(), connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        try:
            cursor.execute(f"ALTER DATABASE {name} RESET ALL")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            said = " ".join(examined(live, LISTEN_DATABASE_URL="")["sentences"])
        finally:
            for timeout, seconds in TIMEOUTS.items():
                cursor.execute(f"ALTER DATABASE {name} SET {timeout} = '{seconds}s'")
    assert "set LISTEN_DATABASE_URL" in said
    assert all(timeout in said for timeout in TIMEOUTS)


def examined(live: Live, **environment: str) -> Any:
    """What the doctor says of the database."""
    checks = json.loads(manage(live, "doctor", "--json", **environment).stdout)["checks"]
    return next(check for check in checks if check["check"] == "database")


def manage(live: Live, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(settings.ROOT / "manage.py"), *words]
    return subprocess.run(command, env=live.environment | environment, capture_output=True, text=True)
