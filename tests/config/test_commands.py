"""A command whose database is not there, or not prepared: one clear sentence, exit code 1, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize("url", ["", "postgres://nobody:x@127.0.0.1:1/nothing"], ids=["not prepared", "not there"])
def test_a_database_that_cannot_be_asked(tmp_path: Path, url: str) -> None:
    own = {"PATH": os.environ["PATH"], "VAR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "x"}
    command = [sys.executable, str(settings.ROOT / "manage.py"), "recount"]
    refused = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60)

    assert refused.returncode == 1
    assert refused.stderr.startswith("latchkey: The database does not answer, or `manage.py migrate` has not prepared")
    assert "Traceback" not in refused.stderr
