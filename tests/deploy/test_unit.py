"""The systemd unit is valid, and leaves the server no more of the machine than it needs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

UNIT = settings.ROOT / "deploy" / "latchkey.service"
MOST_EXPOSED = 1.5  # of 10, as systemd counts
NEEDS_SYSTEMD = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


@NEEDS_SYSTEMD
def test_systemd_takes_every_line(tmp_path: Path) -> None:
    text = UNIT.read_text().replace("/srv/latchkey/.venv/bin/python", sys.executable)
    (unit := tmp_path / "latchkey.service").write_text(text)
    told = analyze("verify", str(unit))

    complaints = [line for line in told.stderr.splitlines() if "latchkey.service" in line]
    assert not complaints


@NEEDS_SYSTEMD
def test_it_is_hardened() -> None:
    if "--offline" not in analyze("--help").stdout:
        pytest.skip("needs systemd 250 or newer")
    told = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", str(UNIT))

    assert told.returncode == 0, told.stdout


def test_it_may_write_where_the_documents_put_data() -> None:
    lines = UNIT.read_text().splitlines()
    install = (settings.ROOT / "docs" / "operating.md").read_text()
    (folders,) = [line.partition("=")[2].split() for line in lines if line.startswith("ReadWritePaths=")]

    assert "WorkingDirectory=/srv/latchkey" in lines
    assert all(f"-o latchkey {folder}" in install for folder in folders)
