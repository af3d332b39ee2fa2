"""`make run` and `make serve` from a clean copy of the tree, as a person starts them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.conf import settings

from tests.servers import PATIENCE, free_port, wait_for_answer

OURS = (
    *("DATABASE_URL", "SECRET_KEY", "BASE_URL", "RATE_LIMITS", "REGISTRATIONS", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS"),
    "PYTHONDONTWRITEBYTECODE",  # each start would compile all of it
)


class Run:
    """A `make run` in a folder; `make` is the process, `url` the address it must answer at."""

    def __init__(self, folder: Path, port: int, target: str = "run", **environment: str) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "log"
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        with self.log.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", target],
                cwd=folder,
                env=inherited | {"PORT": str(port), "STREAMING_PORT": str(free_port()), "WORKERS": "2"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for_answer(self) -> None:
        wait_for_answer(self.url, self.make, self.log)

    @property
    def said(self) -> str:
        return self.log.read_text()

    def processes(self) -> list[psutil.Process]:
        """Make, the server, its two workers and the streams, once all are there."""
        make = psutil.Process(self.make.pid)
        deadline = time.monotonic() + PATIENCE
        while len(children := make.children(recursive=True)) < 4:
            assert time.monotonic() < deadline, children
            time.sleep(0.02)
        return [make, *children]

    def end(self) -> None:
        if self.make.poll() is None:
            self.make.send_signal(signal.SIGTERM)
            self.make.wait(PATIENCE)


@contextmanager
def running(folder: Path, port: int | None = None, target: str = "run", **environment: str) -> Iterator[Run]:
    """A server that answers, and is ended in any case."""
    run = Run(folder, port or free_port(), target, **environment)
    try:
        run.wait_for_answer()
        yield run
    finally:
        run.end()


def clean_copy(folder: Path) -> Path:
    """The tree as a clone has it; what is installed is shared."""
    files = subprocess.check_output(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=settings.ROOT, text=True
    )
    for name in filter(None, files.split("\0")):
        if (settings.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(settings.ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder
