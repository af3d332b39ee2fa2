"""Commands that come to nothing: one clear sentence or silence, an exit code, and no traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_environment import SECRET_KEY
from tests.servers import PATIENCE

pytestmark = pytest.mark.once


@pytest.mark.parametrize("url", ["", "postgres://nobody:x@127.0.0.1:1/nothing"], ids=["not prepared", "not there"])
def test_a_database_that_cannot_be_asked(tmp_path: Path, url: str) -> None:
    own = {"PATH": os.environ["PATH"], "VAR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    command = [sys.executable, str(settings.ROOT / "manage.py"), "recount"]
    refused = subprocess.run(command, env=own, capture_output=True, text=True, timeout=PATIENCE)

    assert refused.returncode == 1
    assert refused.stderr.startswith("latchkey: The database does not answer, or `manage.py migrate` has not prepared")
    assert "Traceback" not in refused.stderr
    assert ("DATABASE_URL is not set" in refused.stderr) is (not url)


HEEDING = ["env", "--default-signal=INT"]  # whatever the shell of the run ignores


def test_ctrl_c_ends_a_command_in_silence(tmp_path: Path) -> None:
    own = {"PATH": os.environ["PATH"], "VAR": str(tmp_path)}
    work = "print('begun', flush=True); import time; time.sleep(60)"
    command = [*HEEDING, sys.executable, str(settings.ROOT / "manage.py"), "shell", "--no-imports", "--command", work]
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=PATIENCE)

    assert (process.returncode, complaint) == (130, "")


def test_a_pipe_that_nobody_reads_any_more_ends_a_command_in_silence(tmp_path: Path) -> None:
    own = {"PATH": os.environ["PATH"], "VAR": str(tmp_path)}
    work = "for _ in range(10_000): print('a long line ' * 100, flush=True)"
    command = [sys.executable, str(settings.ROOT / "manage.py"), "shell", "--no-imports", "--command", work]
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr
        complaint = process.stderr.read()
        assert process.wait(PATIENCE) == 141

    assert complaint == ""
