"""`make` installs what is missing: with progress on a terminal, and in few words elsewhere."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once
INSTEAD = """#!/bin/sh
echo "python $*"
"""


@pytest.fixture
def install(tmp_path: Path) -> list[str]:
    """The command that installs into an empty environment, whose Python only says how it was called."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(INSTEAD)
    python.chmod(0o755)
    return ["make", "--silent", f"PYTHON={sys.executable}", f"VENV={tmp_path}", str(tmp_path / "base.txt")]


def on_a_terminal(command: list[str]) -> str:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(command, cwd=settings.ROOT, stdout=theirs, stderr=theirs)
        os.close(theirs)
        said = b""
        with suppress(OSError):  # the other end is closed
            while part := screen.read(1024):
                said += part
        assert process.wait() == 0
    return said.decode()


def test_pip_shows_its_progress_on_a_terminal(install: list[str]) -> None:
    said = on_a_terminal(install)

    assert "the first time this takes a minute or two" in said
    assert "pip install" in said
    assert "--quiet" not in said


def test_a_log_gets_no_progress(install: list[str], tmp_path: Path) -> None:
    said = subprocess.run(install, cwd=settings.ROOT, capture_output=True, text=True, check=True).stdout

    assert "the first time this takes a minute or two" in said
    assert "pip install --quiet --quiet" in said
    assert (tmp_path / "base.txt").read_bytes() == (settings.ROOT / "requirements" / "base.txt").read_bytes()


def test_what_is_installed_is_not_installed_again(install: list[str]) -> None:
    subprocess.run(install, cwd=settings.ROOT, capture_output=True, check=True)

    assert "pip install" not in on_a_terminal(install)
