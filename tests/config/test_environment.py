"""A wrong value in the environment: one clear sentence, exit code 1, no traceback."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import PATIENCE

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
SECRET_KEY = "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MANAGE, SETTINGS = str(ROOT / "manage.py"), str(ROOT / "config" / "settings.py")


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py serve`, which must not come as far as serving."""
    own = {"PATH": os.environ["PATH"], "VAR": str(tmp_path / "var"), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, MANAGE, "serve"], env=own | environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "perhaps", "DEBUG must be on or off, not 'perhaps'."),
        ("RATE_LIMITS", "2", "RATE_LIMITS must be on or off, not '2'."),
        ("REGISTRATIONS", "ajar", "REGISTRATIONS must be one of open, approval, invite, closed, not 'ajar'."),
        ("SQLITE_SYNCHRONOUS", "off", "SQLITE_SYNCHRONOUS must be one of normal, full, not 'off'."),
        ("HSTS_SECONDS", "1y", "HSTS_SECONDS must be a whole number from 0 to 2147483647, not '1y'."),
        ("PORT", "0", "PORT must be a whole number from 1 to 65535, not '0'."),
        ("PORT", "-1", "PORT must be a whole number from 1 to 65535, not '-1'."),
        ("WORKERS", "many", "WORKERS must be a whole number from 1 to 1024, not 'many'."),
        ("WORKERS", "²", "WORKERS must be a whole number from 1 to 1024, not '²'."),
        ("EMAIL_PORT", "99999", "EMAIL_PORT must be a whole number from 1 to 65535, not '99999'."),
        *(
            ("BASE_URL", url, f"BASE_URL must look like https://example.org, without a path, not {url!r}.")
            for url in (
                "example.org",
                "ftp://example.org",
                "https://example.org/latchkey",
                "https://example.org?x",
                "https://[",
                "https://user@example.org",
                "https://example.org:99999",
                "https://example.org:0",
            )
        ),
        (
            "TRUSTED_PROXIES",
            "the one",
            "TRUSTED_PROXIES must list addresses or networks such as 10.0.0.0/8, not 'the one'.",
        ),
        ("CACHE_URL", "memcached://h", "CACHE_URL must look like redis://user:password@host:6379/0."),
        (
            "CACHE_URL",
            "redis://one,two/0",
            "CACHE_URL must name one server; for several, use Sentinel: redis+sentinel://one:26379,two:26379/NAME/0.",
        ),
        *(
            (
                "CACHE_URL",
                url,
                "CACHE_URL must look like redis+sentinel://user:password@one:26379,two:26379/NAME/0.",
            )
            for url in ("redis+sentinel://one:26379", "redis+sentinel://one,/main", "redis+sentinel://one/main/x")
        ),
        (
            "S3_BUCKET",
            "pictures",
            "S3_BUCKET and S3_PRIVATE_BUCKET must name two buckets: for pictures and for private files.",
        ),
        ("MEDIA_URL", "/media", "MEDIA_URL must look like https://media.example.org."),
        ("STREAMING_PORT", "8000", "STREAMING_PORT must be another one than PORT, which is 8000."),
        ("LISTEN_DATABASE_URL", "h/d", "LISTEN_DATABASE_URL must look like postgres://user:password@host/name."),
        ("PUSH_GATEWAY", "ftp://h/send", "PUSH_GATEWAY must look like https://example.org/path."),
        ("PRIVATE_ROOT", "/m/private", "PRIVATE_ROOT must not lie in /m, whose files everybody may see."),
        ("METRICS_PORT", "8001", "METRICS_PORT must be another one than PORT and STREAMING_PORT, not 8001."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of text, json, not 'xml'."),
        ("STREAMING_PORT", "-1", "STREAMING_PORT must be a whole number from 0 to 65535, not '-1'."),
        (
            "STREAMING_URL",
            "https://example.org",
            "STREAMING_URL must look like wss://example.org, without a path, not 'https://example.org'.",
        ),
        *(
            (
                "VAPID_PRIVATE_KEY",
                key,
                "VAPID_PRIVATE_KEY must be a private P-256 key: 32 bytes as 43 characters of base64url.",
            )
            for key in ("x", "A" * 43, "_" * 43)
        ),
        (
            "DATABASE_REPLICA_URLS",
            "postgres://h/d",
            "DATABASE_REPLICA_URLS needs a PostgreSQL database in DATABASE_URL.",
        ),
        ("DATABASE_URL", "mysql://h/d", "DATABASE_URL must name a PostgreSQL or an SQLite database."),
        *(
            (
                "DATABASE_URL",
                url,
                "DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:///path.",
            )
            for url in ("latchkey", "postgres://h:port/d", "postgres://[h/d", "postgres://h")
        ),
    ],
)
def test_a_wrong_value_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    for key, given in {
        "SECRET_KEY": "x",
        "VAR": str(tmp_path),
        "MEDIA_ROOT": "/m",
        "BASE_URL": "",
        "DATABASE_URL": "",
        name: value,
    }.items():
        monkeypatch.setenv(key, given)
    monkeypatch.delitem(sys.modules, "config.ports")  # it reads the environment once, too
    monkeypatch.delattr("config.ports")

    with pytest.raises(SystemExit) as refused:
        runpy.run_path(SETTINGS)
    assert refused.value.code == f"latchkey: {sentence}"


def test_a_refusal_ends_the_program_without_a_traceback(tmp_path: Path) -> None:
    refused = start(tmp_path, PORT="http")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "latchkey: PORT must be a whole number from 1 to 65535, not 'http'.\n"


@pytest.mark.parametrize(
    "key",
    ["", "x", SECRET_KEY[:49], "ab" * 40, "fifty-random-characters" * 3],
    ids=["none", "one", "49 characters", "of two kinds", "the old placeholder"],
)
def test_a_database_of_ones_own_demands_a_secret_key(tmp_path: Path, key: str) -> None:
    refused = start(tmp_path, DATABASE_URL="postgres://127.0.0.1:1/latchkey", SECRET_KEY=key)

    assert refused.returncode == 1
    assert refused.stderr.startswith("latchkey: SECRET_KEY must be 50 or more random characters")
    assert len(refused.stderr.splitlines()) == 1


def test_the_refusal_of_a_secret_key_tells_a_line_that_makes_a_good_one(tmp_path: Path) -> None:
    refused = start(tmp_path, DATABASE_URL="postgres://127.0.0.1:1/latchkey", SECRET_KEY="short")
    line = refused.stderr.strip().partition("make one with: ")[2]
    made = subprocess.check_output(["sh", "-c", line.replace("python3", sys.executable, 1)], text=True).strip()

    again = start(tmp_path, DATABASE_URL="postgres://127.0.0.1:1/latchkey", SECRET_KEY=made, PORT="65001")
    assert again.stderr.startswith("CommandError: The database does not answer: ")


def test_the_database_is_judged_before_the_secret_key(tmp_path: Path) -> None:
    refused = start(tmp_path, DATABASE_URL="mysql://h/d")

    assert refused.stderr == "latchkey: DATABASE_URL must name a PostgreSQL or an SQLite database.\n"


def test_the_readme_leaves_the_secret_key_empty() -> None:
    assert "\nSECRET_KEY=\n" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("url", ["sqlite:///var/own.sqlite3", "sqlite:///./var/own.sqlite3"])
def test_a_relative_path_begins_at_the_tree_wherever_a_command_is_called_from(tmp_path: Path, url: str) -> None:
    script = "from django.conf import settings; print(settings.DATABASES['default']['NAME'])"
    own = {"VAR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    environment = os.environ | own | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
    named = subprocess.check_output([sys.executable, "-c", script], env=environment, cwd=tmp_path, text=True)

    assert named.strip() == str(ROOT / "var" / "own.sqlite3")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    refused = start(tmp_path, VAR="/dev/null/var")

    assert refused.returncode == 1
    assert refused.stderr == (
        "latchkey: /dev/null/var must be writable, "
        "or DATABASE_URL, SECRET_KEY, CACHE_URL and VAPID_PRIVATE_KEY be set (Not a directory).\n"
    )


@pytest.mark.parametrize(("url", "kind"), [("", "console"), ("postgres://127.0.0.1/latchkey", "smtp")])
def test_mails_are_printed_only_where_nobody_else_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, kind: str
) -> None:
    for name, value in {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "VAR": str(tmp_path), "EMAIL_HOST": ""}.items():
        monkeypatch.setenv(name, value)

    assert runpy.run_path(SETTINGS)["EMAIL_BACKEND"] == f"django.core.mail.backends.{kind}.EmailBackend"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_not_served(tmp_path: Path, url: str) -> None:
    refused = start(tmp_path, DATABASE_URL=url, SECRET_KEY=SECRET_KEY, PORT="65001")

    assert refused.returncode == 1
    assert refused.stderr == (
        "CommandError: A database in memory is different in each process; DATABASE_URL must name a file.\n"
    )


@pytest.mark.parametrize("url", ["postgres://127.0.0.1:1/latchkey", "sqlite:////dev/null/latchkey.sqlite3"])
def test_a_database_that_does_not_answer_is_said(tmp_path: Path, url: str) -> None:
    refused = start(tmp_path, DATABASE_URL=url, SECRET_KEY=SECRET_KEY, PORT="65001")

    assert refused.returncode == 1
    assert refused.stderr.startswith("CommandError: The database does not answer: ")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "file", "length"), [("SECRET_KEY", "secret_key", 67), ("VAPID_PRIVATE_KEY", "vapid_key", 43)]
)
def test_a_key_is_made_once_and_is_nobody_elses(tmp_path: Path, name: str, file: str, length: int) -> None:
    script = f"from django.conf import settings; print(settings.{name})"
    environment = os.environ | {"VAR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    for variable in ("SECRET_KEY", "DATABASE_URL", "VAPID_PRIVATE_KEY"):
        environment.pop(variable, None)
    starts = [
        subprocess.Popen([sys.executable, "-c", script], env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    keys = {start.communicate()[0].strip() for start in starts}

    assert len(keys) == 1
    assert len(keys.pop()) == length
    assert (tmp_path / "var" / file).stat().st_mode & 0o077 == 0


REPLICA_URLS = "DATABASE_REPLICA_URLS must list addresses like postgres://user:password@host:5432/name.\n"


@pytest.mark.parametrize(
    "urls",
    [
        "h/d",
        "postgres://h/d,sqlite:///x",
        "postgres://h:port/d",
        "postgres://",
        "postgres://h",
        "postgres://h/d;postgres://h/e",
        "postgres://h/d postgres://h/e",
    ],
)
def test_replicas_are_told_by_addresses_of_postgresql(tmp_path: Path, urls: str) -> None:
    refused = with_replicas(tmp_path, urls, "")

    assert (refused.returncode, refused.stderr) == (1, f"latchkey: {REPLICA_URLS}")


def test_replicas_have_their_database_and_a_router(tmp_path: Path) -> None:
    said = with_replicas(
        tmp_path,
        "postgres://one/latchkey, postgres://two:6000/latchkey?connect_timeout=9",
        "for alias in s.DATABASE_REPLICAS: d = s.DATABASES[alias]; print(alias, d['ENGINE'], d['HOST'], d['PORT'],"
        " d['OPTIONS']['connect_timeout'], d['TEST']['MIRROR'])\n"
        "print(s.DATABASE_ROUTERS)",
    )

    assert said.stdout.splitlines() == [
        "replica_1 config.postgresql one  2 default",
        "replica_2 config.postgresql two 6000 9 default",
        "['accounts.replicas.routing.Router']",
    ]


def with_replicas(folder: Path, urls: str, script: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "VAR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": "postgres://127.0.0.1/latchkey",
        "DATABASE_REPLICA_URLS": urls,
    }
    command = [sys.executable, "-c", f"from django.conf import settings as s; s.DATABASES\n{script}"]
    return subprocess.run(command, env=environment, cwd=ROOT, text=True, capture_output=True)


@pytest.mark.parametrize(("direct", "threshold"), [("", "5"), ("postgres://127.0.0.1/latchkey", "None")])
def test_behind_a_pooler_nothing_is_prepared(tmp_path: Path, direct: str, threshold: str) -> None:
    script = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['prepare_threshold'])"
    environment = os.environ | {
        "VAR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": "postgres://127.0.0.1:6432/latchkey",
        "LISTEN_DATABASE_URL": direct,
    }

    assert (
        subprocess.check_output([sys.executable, "-c", script], env=environment, cwd=ROOT, text=True)
        == f"{threshold}\n"
    )


def test_what_production_uses_passes_djangos_deployment_check(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "BASE_URL": "https://example.org",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path}/latchkey.sqlite3",
    }
    checked = subprocess.run(
        [sys.executable, MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
    )

    assert checked.returncode == 0, checked.stderr


def test_every_variable_is_documented() -> None:
    read = set(re.findall(r'env\.[a-z]+\(\s*"([A-Z_]+)"', Path(SETTINGS).read_text()))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text()))

    assert read
    assert read <= documented
