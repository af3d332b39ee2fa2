"""`manage.py doctor`: a healthy server, and one fault after the other; each is found and has a remedy."""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as latchkey
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import Account
from config.doctor.examination import CHECKS
from config.doctor.findings import Fault, Options
from config.doctor.outside import check_tls
from follows.models import Decision
from tests.config.sites import Environ, behind, certificate, serving, stranger, streams
from tests.mail_server import mailbox, silent
from tests.servers import PATIENCE, Live, free_port

Doctor = Callable[..., dict[str, dict[str, Any]]]
PASSWORD = "a-secret-that-nobody-may-see"
OUTSIDE = "198.51.100.9"  # the proxy, as the server of these stories sees it


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


def test_a_wrong_address(place: ExitStack, settings: Any) -> None:
    move(settings, place.enter_context(serving(stranger)))

    results = examine()

    assert "Another server answers at http://127.0.0.1:" in results["server"]["sentences"][0]
    assert "correct BASE_URL or the proxy" in results["server"]["sentences"][0]
    assert {name for name, result in results.items() if result["state"] == "fault"} == {"server", "media", "vapid"}


def test_an_address_where_nothing_answers(place: ExitStack, settings: Any) -> None:
    move(settings, f"http://127.0.0.1:{free_port()}")

    results = examine()

    assert results["server"]["sentences"][0].startswith(f"Nothing answers at {settings.BASE_URL}")
    assert results["proxy"]["state"] == "skipped"


def test_pictures_that_cannot_be_written(place: ExitStack, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    assert "takes no file (Not a directory): make both writable" in only_fault(examine(), "media")


def test_pictures_that_are_not_served(place: ExitStack, settings: Any) -> None:
    settings.MEDIA_URL = f"{place.enter_context(serving(stranger))}/media/"

    assert "let the proxy serve MEDIA_ROOT at /media/" in only_fault(examine(), "media")


def test_a_mail_server_that_says_nothing(place: ExitStack, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", place.enter_context(silent())
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "latchkey", PASSWORD
    started = time.monotonic()

    results = examine("--mail", "root@example.org", "--seconds", "1.5")

    assert "correct EMAIL_HOST" in results["mail"]["sentences"][0]
    assert time.monotonic() - started < PATIENCE


def test_a_message_to_an_address(place: ExitStack, settings: Any) -> None:
    box = place.enter_context(mailbox())
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", box.port, False

    assert examine("--mail", "root@example.org")["mail"]["state"] == "ok"
    assert box.to("root@example.org")[0]["Subject"] == "Test of the mail server"


def test_a_mail_server_that_is_not_set(place: ExitStack) -> None:
    assert "set EMAIL_HOST" in only_fault(examine("--mail", "root@example.org"), "mail")


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


def test_streams_that_do_not_answer(place: ExitStack, settings: Any) -> None:
    settings.STREAMING_URL = f"ws://127.0.0.1:{free_port()}"

    assert "let the proxy pass /api/v1/streaming to port" in only_fault(examine(), "streams")


def test_a_proxy_that_passes_no_upgrade_on(place: ExitStack, settings: Any) -> None:
    def plain(environ: Environ, start_response: Any) -> list[bytes]:
        answer = streams(environ, lambda *start: None)
        start_response("200 OK" if answer == [b"OK"] else "404 Not Found", [("Content-Type", "text/plain")])
        return answer

    settings.STREAMING_URL = place.enter_context(serving(plain)).replace("http", "ws", 1)

    assert "let the proxy pass Upgrade and Connection" in only_fault(examine(), "streams")


@pytest.mark.parametrize(
    ("headers", "trusted", "sentence"),
    [
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7, 203.0.113.5"}, [OUTSIDE], ""),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.5"}, [OUTSIDE], ""),
        ({}, [OUTSIDE], "Callers can forge their address"),
        ({"HTTP_X_FORWARDED_FOR": ""}, [OUTSIDE], "let the proxy set X-Forwarded-For"),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7, 203.0.113.5"}, [], "add its address to TRUSTED_PROXIES"),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_HOST": "localhost:8000"}, [OUTSIDE], "let it pass Host on"),
        (
            {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_X_FORWARDED_PROTO": "https"},
            [OUTSIDE],
            "let the proxy set X-Forwarded-Proto",
        ),
    ],
    ids=["appends", "replaces", "passes on", "says nothing", "not trusted", "another host", "another scheme"],
)
def test_a_proxy_and_its_headers(
    place: ExitStack, settings: Any, headers: Environ, trusted: list[str], sentence: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    move(
        settings,
        place.enter_context(
            serving(behind(lambda environ: environ.update({"REMOTE_ADDR": OUTSIDE} | headers), trusted))
        ),
    )

    results = examine()

    if sentence:
        assert sentence in only_fault(results, "proxy")
    else:
        assert results["proxy"]["sentences"] == ["the server sees http, the right host and 203.0.113.5"]


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


def test_another_push_key(place: ExitStack, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"configuration": {"vapid": {"public_key": "another"}}}']

    move(settings, place.enter_context(serving(other)))

    assert "set the same VAPID_PRIVATE_KEY on every machine" in examine()["vapid"]["sentences"][0]


def test_settings_that_are_for_trying(place: ExitStack, settings: Any) -> None:
    settings.RATE_LIMITS, settings.PUSH_TO_PRIVATE = False, True

    results = examine()

    assert [each.split()[0] for each in results["settings"]["sentences"]] == ["RATE_LIMITS", "PUSH_TO_PRIVATE"]


def test_a_site_without_tls(place: ExitStack, settings: Any) -> None:
    move(settings, "http://latchkey.invalid")

    assert examine()["tls"]["sentences"][0].startswith("Passwords travel without TLS")


def test_a_certificate_that_is_none(place: ExitStack, settings: Any) -> None:
    settings.HTTPS = True
    settings.BASE_URL = settings.BASE_URL.replace("http:", "https:")

    assert "does not speak TLS" in examine("--seconds", "1.5")["tls"]["sentences"][0]


@pytest.mark.parametrize(
    ("trusted", "days", "sentence"),
    [
        (False, 90, "The certificate of 127.0.0.1 is not valid"),
        (True, 3, "The certificate of 127.0.0.1 ends in 3 days: find out why it is not renewed."),
        (True, 90, "the certificate is good for 90 days"),
    ],
    ids=["nobody trusts it", "it ends soon", "good"],
)
def test_a_certificate(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, days: int, sentence: str
) -> None:
    file = certificate(tmp_path, days)
    (context := ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).load_cert_chain(file)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(stranger, context) as url:
        settings.HTTPS, settings.BASE_URL = True, url
        try:
            told = check_tls(Options(PATIENCE, None, None, 0))
        except Fault as fault:
            told = fault.args[0]

    assert told.startswith(sentence)


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
    assert gone.startswith("replica_2 or its primary does not answer (OperationalError)")
    assert PASSWORD not in told.stdout + told.stderr


def test_a_server_that_says_nothing_holds_no_check(place: ExitStack, settings: Any) -> None:
    base = f"http://127.0.0.1:{place.enter_context(silent())}"
    move(settings, base)
    settings.STREAMING_URL = base.replace("http", "ws", 1)

    results = examine("--seconds", "1")

    faults = {name for name, result in results.items() if result["state"] == "fault"}
    assert faults >= {"server", "media", "streams"}


def test_nobody_else_is_told_how_the_server_sees_a_request(place: ExitStack, client: Any) -> None:
    assert client.get("/health/seen").status_code == 404
    assert client.get("/health/seen", headers={"X-Doctor": "guessed:guessed"}).status_code == 404


def test_a_wrong_address_of_mail() -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("doctor", "--mail", "nobody")


def test_a_real_server(live: Live) -> None:
    live.start_streams()
    own = live.environment | {"RATE_LIMITS": "on", "PUSH_TO_PRIVATE": "off"}
    command = [sys.executable, str(latchkey.ROOT / "manage.py"), "doctor", "--seconds", "60"]
    told = subprocess.run(command, env=own, cwd=os.sep, capture_output=True, text=True, timeout=PATIENCE)

    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert latchkey.SECRET_KEY not in told.stdout
