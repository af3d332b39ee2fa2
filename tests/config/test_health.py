"""What a monitor or a load balancer hears: that the server lives, and why it cannot work."""

import resource
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from tests.servers import Live
from tests.trust.wire import answer, connect, head

NO_DISK = "The disk of {} takes no file"


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/", "/health/ready/"])
def test_it_is_told_to_any_host_and_without_https(db: None, path: str) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["latchkey.example"]):
        told = Client().get(path, headers={"Host": "10.0.0.7:8000"})

    assert (told.status_code, told.content) == (200, b"OK")
    assert told.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_it_lives_while_the_database_is_away_and_is_not_ready(db: None, caplog: pytest.LogCaptureFixture) -> None:
    def down(*args: Any) -> None:
        raise OperationalError("no route to the password's host")

    with connection.execute_wrapper(down):
        alive, ready = Client().get("/health"), Client().get("/health/ready")

    assert (alive.status_code, alive.content) == (200, b"OK")
    assert (ready.status_code, ready.content) == (503, b"The database does not answer.")
    assert int(ready.headers["Retry-After"]) > 0
    assert caplog.messages == [] or "Traceback" not in caplog.text


def test_it_is_not_ready_while_migrations_are_missing(db: None) -> None:
    MigrationRecorder(connection).record_unapplied("follows", "0001_initial")

    ready = Client().get("/health/ready")

    assert (ready.status_code, ready.content) == (503, b"Migrations are missing: follows.0001_initial.")


def test_it_is_not_ready_while_a_disk_takes_no_file(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **values: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("config.health.TemporaryFile", full)
    with override_settings(MEDIA_ROOT=tmp_path):
        ready = Client().get("/health/ready")

    assert ready.status_code == 503
    assert "The disk of MEDIA_ROOT takes no file: No space left on device." in ready.content.decode()
    assert str(tmp_path) not in ready.content.decode()
    assert tempfile.gettempdir() not in ready.content.decode()


def test_it_is_not_ready_while_a_disk_takes_the_names_of_files_and_no_bytes(db: None) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    try:
        ready = Client().get("/health/ready")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert ready.status_code == 503
    assert "The disk of MEDIA_ROOT takes no file: File too large." in ready.content.decode()


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_a_real_server_tells_it_to_any_host(live: Live, path: str) -> None:
    with connect(live) as client:
        client.sendall(head("GET", path, host="anything.example"))
        assert answer(client) == (200, b"OK")


@pytest.mark.parametrize("path", ["/", "/health", "/health/ready", "/api/v1/instance", "/static/admin/css/base.css"])
def test_a_request_without_a_host_is_refused(live: Live, path: str) -> None:
    with connect(live) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        assert answer(client)[0] == 400


def test_an_old_client_needs_no_host(live: Live) -> None:
    for path in ("/health", "/api/v1/instance"):
        with connect(live) as client:
            client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            assert answer(client)[0] == 200


def test_a_phone_without_a_host_hears_it_in_an_envelope(live: Live) -> None:
    with connect(live) as client:
        client.sendall(b"GET /mobile_api/profile HTTP/1.1\r\n\r\n")
        assert answer(client) == (200, b'{"code":400,"message":"Invalid request data","data":[]}')
