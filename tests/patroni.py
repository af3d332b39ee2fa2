"""Three PostgreSQL under Patroni with three etcd and HAProxy, on addresses of this machine, as docs/cluster says."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg
import pytest
import requests
from django.conf import settings

from tests.replicas.cluster import wait_until
from tests.servers import PATIENCE, free_port

NAMES = {"one": "127.0.0.11", "two": "127.0.0.12", "three": "127.0.0.13"}
PASSWORD = "only-for-tests"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


def missing() -> list[str]:
    """The programs that are not installed."""
    programs = [name for name in ("patroni", "etcd", "haproxy") if not shutil.which(name, path=PATH)]
    return programs if BINARIES else ["postgresql", *programs]


class Cluster:
    """`port` leads to the leader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._rest = free_port(), free_port()
        self._postgres, self._etcd, self._peer = free_port(), free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        values = {
            "MEMBERS": ",".join(f"{name}=http://{address}:2380" for name, address in NAMES.items()),
            "ETCD": ",".join(f"{address}:2379" for address in NAMES.values()),
            "NETWORK": "127.0.0.0/8",
            "BINARIES": str(BINARIES),
            "PASSWORD": PASSWORD,
            **{name.upper(): address for name, address in NAMES.items()},
        }
        for kind, program, words in (("etcd", "etcd", ["--config-file"]), ("patroni", "patroni", [])):
            for name, address in NAMES.items():
                own = {"NAME": name, "ADDRESS": address, "FOLDER": str(self.folder / name)}
                file = self._write(f"{kind}.yml", f"{name}/{kind}.yml", values | own)
                self._run(f"{kind} {name}", [program, *words, str(file)])
        self._run("haproxy", ["haproxy", "-db", "-f", str(self._write("haproxy.cfg", "haproxy.cfg", values))])
        wait_until(lambda: {"leader", "sync_standby"} <= set(self.roles()), "no leader with a standby")
        self._ask("CREATE ROLE latchkey LOGIN PASSWORD '" + PASSWORD + "'", "postgres", "postgres")
        self._ask("CREATE DATABASE latchkey OWNER latchkey", "postgres", "postgres")

    @property
    def url(self) -> str:
        return f"postgres://latchkey:{PASSWORD}@127.0.0.1:{self.port}/latchkey"

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        return self._ask(statement, "latchkey", "latchkey")

    def roles(self) -> dict[str, str]:
        """The names of the nodes by their roles, as the first that answers says."""
        for address in NAMES.values():
            try:
                members = requests.get(f"http://{address}:{self._rest}/cluster", timeout=5).json()["members"]
            except (requests.RequestException, KeyError):
                continue
            return {one["role"]: one["name"] for one in members if one["state"] in {"running", "streaming"}}
        return {}

    def kill_leader(self) -> None:
        """Patroni and PostgreSQL of the leader, all of their processes at once."""
        patroni = psutil.Process(self._processes[f"patroni {self.roles()['leader']}"].pid)
        data = str(self.folder / patroni.cmdline()[-1]).rpartition("/")[0]
        everybody = [patroni, *patroni.children(recursive=True), *postgres_in(data)]
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(everybody, PATIENCE)

    def end(self) -> None:
        for name in ("haproxy", *(f"patroni {name}" for name in NAMES), *(f"etcd {name}" for name in NAMES)):
            if process := self._processes.get(name):
                process.kill()
                process.wait(PATIENCE)
        for process in postgres_in(str(self.folder)):
            with suppress(psutil.NoSuchProcess):  # its children end with it
                process.kill()

    def _ask(self, statement: str, user: str, database: str) -> list[tuple[Any, ...]]:
        url = f"postgres://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                    cursor = connection.execute(statement)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.5)

    def _write(self, source: str, name: str, values: dict[str, str]) -> Path:
        """A file of docs/cluster with these values, and ports that are free here."""
        text = Template((settings.ROOT / "docs" / "cluster" / source).read_text()).substitute(values)
        ports = {5000: self.port, 5432: self._postgres, 8008: self._rest, 2379: self._etcd, 2380: self._peer}
        for usual, ours in ports.items():
            text = text.replace(f":{usual}", f":{ours}").replace(f"port {usual}", f"port {ours}")
        (file := self.folder / name).parent.mkdir(exist_ok=True, mode=0o700)
        file.write_text(text)
        _give(file.parent, file)
        return file

    def _run(self, name: str, command: list[str]) -> None:
        program = shutil.which(command[0], path=PATH)
        (log := self.folder / f"{name}.log").touch()
        with log.open("w") as said:
            self._processes[name] = subprocess.Popen(
                [str(program), *command[1:]], user=_user(), cwd="/", stdout=said, stderr=said, env={"PATH": PATH}
            )


def postgres_in(folder: str) -> list[psutil.Process]:
    """The processes of PostgreSQL whose data are in this folder, with their children."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and folder in " ".join(process.info["cmdline"] or []):
            found.append(process)
            with suppress(psutil.NoSuchProcess):
                found += process.children(recursive=True)
    return found


def _user() -> int | None:
    """PostgreSQL and etcd do not run as root."""
    return pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None


def _give(*paths: Path) -> None:
    if (owner := _user()) is not None:
        for path in paths:
            os.chown(path, owner, -1)


@contextmanager
def patroni() -> Iterator[Cluster]:
    """Start the cluster. The test is skipped where a program is missing."""
    if lacking := missing():
        pytest.skip(f"not installed: {', '.join(lacking)}")
    with TemporaryDirectory(prefix="latchkey-") as name:
        _give(Path(name))
        cluster = Cluster(Path(name))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.end()
