"""Servers of Redis or Valkey on this machine, and the Sentinels that watch them."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis, RedisError

from tests.servers import PATIENCE, free_port

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server") or ""
NAME = "main"
SENTINEL = """
sentinel monitor {name} 127.0.0.1 {primary} 1
sentinel down-after-milliseconds {name} 500
sentinel failover-timeout {name} 5000
"""


class Server:
    """One server, on 127.0.0.1."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = [PROGRAM, *words, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self.log = folder / "log"
        with self.log.open("w") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said)
        self.asks("ping")

    def asks(self, *words: str) -> object:
        """The answer to a command, as soon as the server gives one."""
        deadline = time.monotonic() + PATIENCE
        with Redis(port=self.port) as client:
            while True:
                try:
                    return client.execute_command(*words)
                except RedisError:
                    assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()
                    time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)


@contextmanager
def redis(*words: str) -> Iterator[Server]:
    """One server that keeps nothing on the disk. The test is skipped where there is no program."""
    if not PROGRAM:
        pytest.skip("Neither Redis nor Valkey is installed")
    with TemporaryDirectory(prefix="latchkey-") as name:
        server = Server(Path(name), *(words or ("--save", "")))
        try:
            yield server
        finally:
            server.end()


@contextmanager
def watched() -> Iterator[tuple[Server, Server, str]]:
    """A primary, its replica, and the URL of the Sentinel that puts the one in the place of the other."""
    with ExitStack() as servers, TemporaryDirectory(prefix="latchkey-") as name:
        primary = servers.enter_context(redis())
        replica = servers.enter_context(redis("--save", "", "--replicaof", "127.0.0.1", str(primary.port)))
        (file := Path(name) / "sentinel.conf").write_text(SENTINEL.format(name=NAME, primary=primary.port))
        sentinel = servers.enter_context(redis(str(file), "--sentinel"))
        deadline = time.monotonic() + PATIENCE
        while not sentinel.asks("sentinel", "replicas", NAME):
            assert time.monotonic() < deadline, "the Sentinel finds no replica"
            time.sleep(0.1)
        yield primary, replica, f"redis+sentinel://127.0.0.1:{sentinel.port}/{NAME}/0"
