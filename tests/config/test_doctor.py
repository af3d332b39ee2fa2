"""`manage.py doctor`: a healthy server, and one fault after the other; each is found and has a remedy.

`test_doctor_outside` has the faults of the server as people reach it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as latchkey
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import Account
from config.doctor.examination import CHECKS
from follows.models import Decision
from tests.config.sites import behind, serving, streams
from tests.servers import PATIENCE, Live, free_port

PASSWORD = "a-secret-that-nobody-may-see"


@pytest.fixture
def place(db: None, settings: Any, tmp_path: Path) -> Iterator[ExitStack]:
    """A healthy server, for the stories to spoil; servers that they enter end with them."""
    with ExitStack() as servers:
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.RATE_LIMITS = True
        settings.CACHES = {
            "default": {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
        }
        move(settings, servers.enter_context(serving(behind(lambda environ: None, []))))
        settings.STREAMING_URL = servers.enter_context(serving(streams)).replace("http", "ws", 1)
        yield servers


def move(settings: Any, base: str) -> None:
    settings.BASE_URL, settings.MEDIA_URL = base, f"{base}/media/"


def examine(*options: str) -> dict[str, dict[str, Any]]:
    """The results by the names of the checks; the exit code says whether all is well."""
    out, code = StringIO(), 0
    try:
        call_command("doctor", "--json", *options, stdout=out)
    except SystemExit as ended:
        code = int(str(ended.code))
    told = json.loads(out.getvalue())
    assert [check["check"] for check in told["checks"]] == [name for name, _ in CHECKS]
    assert told["ok"] is (code == 0)
    assert PASSWORD not in out.getvalue()
    return {check["check"]: check for check in told["checks"]}


def only_fault(results: dict[str, dict[str, Any]], check: str) -> str:
    """The sentence of the only fault, which is of this check."""
    assert [name for name, result in results.items() if result["state"] == "fault"] == [check], results
    (sentence,) = results[check]["sentences"]
    assert isinstance(sentence, str)
    return sentence


def test_a_healthy_server_has_one_line_for_each_check(place: ExitStack) -> None:
    out = StringIO()
    call_command("doctor", stdout=out)

    lines = [line.split(maxsplit=2) for line in out.getvalue().splitlines()]
    assert [name for _, name, _ in lines] == [name for name, _ in CHECKS]
    assert {name for state, name, _ in lines if state == "skipped"} == {"backups", "replicas", "tls", "mail"}
    assert {state for state, *_ in lines} == {"ok", "skipped"}


def test_pictures_that_cannot_be_written(place: ExitStack, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    assert "takes no file (Not a directory): make both writable" in only_fault(examine(), "media")


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration(place: ExitStack) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("follows", "0001_initial")
    try:
        results = examine()
    finally:
        recorder.record_applied("follows", "0001_initial")

    assert results["database"]["sentences"] == ["Migrations are missing (follows.0001_initial): run manage.py migrate."]
    assert "not ready" in results["server"]["sentences"][0]


@pytest.mark.django_db(transaction=True)
def test_a_missing_index(place: ExitStack) -> None:
    index = next(index for index in Decision._meta.indexes if index.name == "decision_of_pair")
    with connection.schema_editor() as editor:
        editor.remove_index(Decision, index)
    try:
        results = examine()
    finally:
        with connection.schema_editor() as editor:
            editor.add_index(Decision, index)

    assert "follows_decision.decision_of_pair" in only_fault(results, "database")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such statistics")
def test_statistics_that_are_out_of_date(place: ExitStack) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) SELECT 'group ' || n FROM generate_series(1, 12000) n")
        cursor.execute("SELECT pg_stat_force_next_flush()")

    assert "Statistics are out of date, which makes queries slow (auth_group)" in only_fault(examine(), "database")


def test_a_disk_that_is_nearly_full(place: ExitStack) -> None:
    results = examine("--least-free", str(10**12))

    assert all("MB left: delete what you do not need" in each for each in results["disk"]["sentences"])
    assert [name for name, result in results.items() if result["state"] == "fault"] == ["disk"]


@pytest.mark.parametrize("kind", ["config.redis.SharedRedis", "config.cache.SharedFile"])
def test_a_dead_cache(place: ExitStack, settings: Any, tmp_path: Path, kind: str) -> None:
    where = f"redis://:{PASSWORD}@127.0.0.1:{free_port()}" if "redis" in kind else str(tmp_path / "none" / "cache")
    settings.CACHES = {"default": {"BACKEND": kind, "LOCATION": where}}

    assert "The shared cache does not answer" in only_fault(examine(), "cache")


def test_an_old_backup(place: ExitStack, tmp_path: Path) -> None:
    for days in (9, 3):
        (folder := tmp_path / "backups" / str(days)).mkdir(parents=True)
        made = datetime.now(UTC) - timedelta(days=days, hours=1)
        (folder / "manifest.json").write_text(json.dumps({"made_at": made.isoformat()}))
    (tmp_path / "backups" / "broken off").mkdir()

    assert "The newest backup is 3 days old" in only_fault(examine("--backups", str(tmp_path / "backups")), "backups")


def test_a_folder_without_a_backup(place: ExitStack, tmp_path: Path) -> None:
    assert "run manage.py backup once a day" in only_fault(examine("--backups", str(tmp_path)), "backups")


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_is_behind(place: ExitStack, alice: Account, bob: Account) -> None:
    later = timezone.now() + timedelta(hours=1)
    Decision.objects.create(kind=Decision.Kind.FOLLOWED, follower=alice, target=bob, door="test", created_at=later)

    assert "behind the newest decision: turn on NTP" in only_fault(examine(), "clock")


def test_settings_that_are_for_trying(place: ExitStack, settings: Any) -> None:
    settings.RATE_LIMITS, settings.PUSH_TO_PRIVATE = False, True

    results = examine()

    assert [each.split()[0] for each in results["settings"]["sentences"]] == ["RATE_LIMITS", "PUSH_TO_PRIVATE"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no replicas")
def test_replicas_that_are_none(live: Live) -> None:
    dead = f"postgres://latchkey:{PASSWORD}@127.0.0.1:{free_port()}/latchkey"
    own = live.environment | {"DATABASE_REPLICA_URLS": f"{live.database_url},{dead}"}
    command = [sys.executable, str(latchkey.ROOT / "manage.py"), "doctor", "--json", "--seconds", "60"]
    told = subprocess.run(command, env=own, capture_output=True, text=True, timeout=PATIENCE)

    assert told.returncode == 1
    (replicas,) = [check for check in json.loads(told.stdout)["checks"] if check["check"] == "replicas"]
    primary, gone = replicas["sentences"]
    assert primary == "replica_1 is not a standby: correct its address."
    assert gone.startswith("replica_2 does not answer (OperationalError)")
    assert PASSWORD not in told.stdout + told.stderr


def test_a_real_server(live: Live) -> None:
    live.start_streams()
    own = live.environment | {"RATE_LIMITS": "on", "PUSH_TO_PRIVATE": "off"}
    command = [sys.executable, str(latchkey.ROOT / "manage.py"), "doctor", "--seconds", "60"]
    told = subprocess.run(command, env=own, cwd=os.sep, capture_output=True, text=True, timeout=PATIENCE)

    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert latchkey.SECRET_KEY not in told.stdout
