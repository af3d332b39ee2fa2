"""The tour of README.md: exactly its lines, in a shell, against `make run` in a clean copy of the tree."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.runs import clean_copy, running

pytestmark = pytest.mark.once

README = (settings.ROOT / "README.md").read_text()
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def tour() -> list[str]:
    """The shell lines of the section, one command each."""
    section = README[README.index("\n## Tour\n") :].split("\n## ")[1]
    return [line for block in SHELL.findall(section) for line in block.splitlines()]


def test_its_lines_do_what_it_says(tmp_path: Path) -> None:
    lines = tour()
    with running(clean_copy(tmp_path)):
        # A line between the answers tells them apart. Lines without an answer set a variable.
        script = "\necho ---\n".join([*lines, ""])
        output = subprocess.check_output(["sh", "-e"], input=script, cwd=tmp_path, text=True)
    asked, listed, accepted, known, asked_back, listed_back, authorized, known_back = [
        answer for answer in output.split("---\n") if answer
    ]

    assert '"requested": true' in asked
    assert '"username": "@alice"' in listed
    assert '"code": 200' in accepted
    assert '"followed_by": true' in known
    assert '"code": 201' in asked_back
    assert '"username": "bob"' in listed_back
    assert '"followed_by": true' in authorized
    assert '"is_following": true' in known_back
