"""What is kept rendered takes the memory of its own length, in a process of its own."""

import subprocess
import sys

import pytest

KEEP = """
import django, os, orjson
from pathlib import Path
django.setup()
from follows.fragments import Fragments
from follows.queries import Key

class Shown:
    def __init__(self, number): self.key = Key(number, 1, 0, 0)

def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def account(shown):
    return orjson.dumps({"id": shown.key.account, "note": "x" * 900})

fragments = Fragments(lambda ids: map(Shown, ids), account)
before = memory()
for start in range(0, 10_000, 40):
    fragments.of([Key(number, 1, 0, 0) for number in range(start, start + 40)])
print((memory() - before) // 2**20)
"""


@pytest.mark.once
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_thousand_kept_accounts_take_little_more_than_their_bytes() -> None:
    done = subprocess.run([sys.executable, "-c", KEEP], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 30  # MiB; they are 9.5, and were 80 with the buffers they were written into
