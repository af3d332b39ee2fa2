"""The server under load: started as `make serve` does, its CPU time and memory read from /proc."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from django.conf import settings

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 20  # seconds


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

    def cpu(self) -> float:
        """Seconds of CPU that all processes of the server have used."""
        total = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> float:
        """Proportional memory (PSS) of all processes of the server, in MiB."""
        return sum(
            int(line.split()[1]) / 1024
            for pid in self._pids()
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )

    def _pids(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        return found
