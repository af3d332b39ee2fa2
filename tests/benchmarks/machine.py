"""The server under load: started as `make serve` does, its CPU time and memory read from /proc."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 20  # seconds


class Cpu(NamedTuple):
    """Seconds of CPU of the server's processes, and of PostgreSQL's if it runs on this machine."""

    server: float
    database: float

    def since(self, before: "Cpu") -> "Cpu":
        return Cpu(self.server - before.server, self.database - before.database)


class Machine:
    """A running server of its own processes; leaving the context ends it."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        address = {"PORT": str(self.port), "STREAMING_PORT": "0", "BASE_URL": self.url}
        self.environment = os.environ | environment | address | {"WORKERS": "2"}

    def __enter__(self) -> "Machine":
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(settings.ROOT / "manage.py"), "serve"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        while time.monotonic() - started < PATIENCE and not self._answers():
            time.sleep(0.01)
        self.start_seconds = time.monotonic() - started
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/instance", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def cpu(self) -> Cpu:
        """What all processes have used until now."""
        database = 0.0
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (backend,) = cursor.fetchone()
            if Path(f"/proc/{backend}").exists():
                postmaster = int(_stat(backend)[1])
                ended = sum(map(int, _stat(postmaster)[13:15])) / TICKS  # children that are gone
                database = ended + sum(map(_seconds, _family(postmaster)))
        return Cpu(sum(map(_seconds, self._pids())), database)

    def memory(self) -> float:
        """Proportional memory (PSS) of all processes of the server, in MiB."""
        return sum(
            int(line.split()[1]) / 1024
            for pid in self._pids()
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )

    def _pids(self) -> list[int]:
        return _family(self.process.pid)


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _seconds(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / TICKS


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat`, from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
