"""The packages of package.json, from npm, for the tests that need them."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WANTED, PACKAGES = HERE / "package.json", HERE / "node_modules"
INSTALLED = PACKAGES / ".installed.json"
INSTALL = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
PATIENCE = 120  # seconds


def installed() -> str:
    """Install the packages if they are not there yet, and return the path of node. Skips the test if it cannot."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("This test needs node and npm, which are not installed")
    with WANTED.open() as wanted:
        fcntl.flock(wanted, fcntl.LOCK_EX)  # several test processes may come at once
        if not INSTALLED.exists() or INSTALLED.read_text() != WANTED.read_text():
            done = subprocess.run(INSTALL, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE)
            if done.returncode:
                pytest.skip(f"npm could not install the packages: {done.stderr.strip().splitlines()[-1:]}")
            shutil.copy(WANTED, INSTALLED)
    return node
