"""The shell blocks of a document, run line by line as they are written.

Stand-ins take the place of programs that would change this machine, such as `systemctl`; each keeps to what the
documents need of it. Paths of a real machine become paths in a folder of the test.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
from django.conf import settings

from tests.deploy.proxies import change
from tests.servers import PATIENCE, Live

SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
STAND_INS = {
    # As another user: this one.
    "runuser": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    # Packages are installed already.
    "python3": '[ "$1 $2" = "-m venv" ] || exec "$PYTHON" "$@"',
    # nginx of the test, in a folder of its own.
    "nginx": 'exec "$NGINX" -p "$SANDBOX/nginx" -e "$SANDBOX/nginx/error.log" -c nginx.conf "$@"',
    "systemctl": """
        case "$*" in
            *nginx) exec nginx -s reload ;;
            start*|enable*) cd "$SANDBOX/srv/latchkey" && set -a && . "$SANDBOX/etc/latchkey.env"
                "$PYTHON" manage.py serve >>"$SANDBOX/latchkey.log" 2>&1 & echo $! >"$SANDBOX/latchkey.pid" ;;
            stop*) pid=$(cat "$SANDBOX/$2.pid"); kill "$pid"
                while [ -d "/proc/$pid" ] && ! grep -q "^State:.Z" "/proc/$pid/status"; do sleep 0.1; done ;;
            restart*) systemctl stop "$2"; systemctl start "$2" ;;
            *) exit 64 ;;
        esac""",
    "systemd-run": """
        for word; do case "$word" in
            --unit=*) unit=${word#*=} ;;
            --working-directory=*) cd "${word#*=}" ;;
            --property=EnvironmentFile=*) set -a; . "${word#*=*=}" ;;
            --*) ;;
            *) break ;;
        esac; shift; done
        "$@" >>"$SANDBOX/$unit.log" 2>&1 & echo $! >"$SANDBOX/$unit.pid" """,
}

VARIABLES = (
    *("DATABASE_URL", "SECRET_KEY", "BASE_URL", "HOST", "PORT", "STREAMING_PORT", "WORKERS", "VAR", "MEDIA_ROOT"),
    *("RATE_LIMITS", "REGISTRATIONS", "DJANGO_SETTINGS_MODULE"),
)


def blocks(document: str, section: str = "") -> list[str]:
    """The shell blocks of a document, or of one of its sections."""
    text = (settings.ROOT / document).read_text()
    if section:
        text = re.split(r"^#+ ", text[text.index(f"# {section}\n") + 2 :], maxsplit=1, flags=re.MULTILINE)[0]
    return SHELL.findall(text)


class Machine:
    """A folder that stands for a machine, with the server's environment in `etc/latchkey.env`."""

    def __init__(self, folder: Path, server: Live) -> None:
        self.folder, self.server = folder, server
        for name in ("etc", "srv", "bin", "tmp", "nginx"):
            (folder / name).mkdir()
        for name, script in STAND_INS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / "bin" / name).chmod(0o755)
        self.environment = {
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "SANDBOX": str(folder),
            "PYTHON": sys.executable,
            "NGINX": shutil.which("nginx") or "",
        }
        values = server.environment | {
            "VAR": str(folder / "srv" / "latchkey" / "var"),
            "MEDIA_ROOT": str(folder / "srv" / "latchkey-media"),
        }
        (folder / "etc" / "latchkey.env").write_text("".join(f"{name}='{values[name]}'\n" for name in VARIABLES))

    def put_code(self, name: str, source: Path = settings.ROOT) -> Path:
        """A version of the code, in `srv/NAME`; its `.venv` is the one of the tests."""
        target = self.folder / "srv" / name
        ignored = shutil.ignore_patterns("var", ".*", "__pycache__", "tests", "node_modules")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
        (target / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        for program, script in (("pip", ":"), ("python", 'exec "$PYTHON" "$@"')):
            (file := target / ".venv" / "bin" / program).write_text(f"#!/bin/sh\n{script}\n")
            file.chmod(0o755)
        return target

    def run(self, block: str, *changes: tuple[str, str]) -> str:
        """Run a block with changes, each of which has to be there, and give its output; no line may fail."""
        text = change(block, *changes)
        text = re.sub(r"(?<![\w/.-])/(srv|etc)/", rf"{self.folder}/\1/", text)
        told = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", text],
            env=os.environ | self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert told.returncode == 0, f"{text}\n{told.stdout}{told.stderr}"
        return told.stdout

    def wait(self, port: int, unit: str = "latchkey") -> None:
        """Until the server of a unit takes connections."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                assert psutil.pid_exists(int((self.folder / f"{unit}.pid").read_text()))
                assert time.monotonic() < deadline, (self.folder / f"{unit}.log").read_text()
                time.sleep(0.05)

    def end(self) -> None:
        """End what still runs."""
        for file in self.folder.glob("*.pid"):
            try:
                process = psutil.Process(int(file.read_text()))
            except psutil.NoSuchProcess:
                continue
            process.terminate()
            psutil.wait_procs([process], PATIENCE)
