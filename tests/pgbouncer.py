"""PgBouncer in transaction mode in front of the PostgreSQL under test, on a socket that only this user may use."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import pytest

PATIENCE = 60  # seconds
PORT = 6432  # of the socket's name; nothing listens on the network
CONFIGURATION = """
[databases]
* = {server}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_idle_timeout = 5
"""


def program() -> str:
    """The path of PgBouncer, or nothing. Debian has it where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


@contextmanager
def pooling(url: str) -> Iterator[Callable[[str], dict[str, str]]]:
    """Start one for the server of this URL; gives what makes the environment for a database there.

    The test is skipped where there is no PgBouncer.
    """
    if not program():
        pytest.skip("PgBouncer is not installed")
    server = urlsplit(url)
    folder = (parse_qs(server.query).get("host") or [""])[0]
    values = {
        "host": folder or server.hostname,
        "port": server.port,
        "user": server.username,
        "password": server.password,
    }
    owner = Path(folder).stat().st_uid if folder and os.getuid() == 0 else None  # it never runs as root
    with TemporaryDirectory(prefix="latchkey-") as name:
        file = Path(name) / "pgbouncer.ini"
        words = " ".join(f"{key}={value}" for key, value in values.items() if value)
        file.write_text(CONFIGURATION.format(server=words, port=PORT, folder=name))
        if owner is not None:
            for path in (Path(name), file):
                os.chown(path, owner, -1)
        log = Path(name) / "log"
        with log.open("w") as said:
            process = subprocess.Popen([program(), "-q", str(file)], user=owner, cwd="/", stdout=said, stderr=said)
        try:
            _wait(process, Path(name) / f".s.PGSQL.{PORT}", log)
            query = f"host={name}&port={PORT}"
            yield lambda direct: {
                "DATABASE_URL": urlsplit(direct)._replace(netloc=f"{server.username}@", query=query).geturl(),
                "LISTEN_DATABASE_URL": direct,
            }
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(process: "subprocess.Popen[bytes]", path: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    with socket.socket(socket.AF_UNIX) as probe:
        while probe.connect_ex(str(path)):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
