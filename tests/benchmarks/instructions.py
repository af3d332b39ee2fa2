"""How many instructions of the processor a request costs, counted by callgrind: the same figure on every machine.

(60 requests − 20 requests) / 40, in a process that has answered the same request before, and the middle one of three
rounds. What the database's own process does is not among them.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.benchmarks.counted import FEW, MANY, ROUNDS

RECORDED = Path(__file__).with_suffix(".json")  # thousands of instructions by database and scene
SLACK = 1.05  # times the recorded figure


def is_available() -> bool:
    return shutil.which("valgrind") is not None


def count(plan: dict[str, list[str]], folder: Path) -> dict[str, int]:
    """Count each scene of the plan, which has its requests; thousands of instructions for one of them."""
    subprocess.run(
        [
            *("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/count"),
            *(sys.executable, "-m", "tests.benchmarks.counted"),
        ],
        input=json.dumps(list(plan.values())),
        text=True,
        check=True,
    )
    dumps = [_total(folder / f"count.{part}") for part in range(1, 2 * ROUNDS * len(plan) + 1)]
    rounds = [many - few for few, many in zip(dumps[::2], dumps[1::2], strict=True)]
    costs = (median(rounds[first : first + ROUNDS]) for first in range(0, len(rounds), ROUNDS))
    return {name: round(cost / (MANY - FEW) / 1000) for name, cost in zip(plan, costs, strict=True)}


def _total(dump: Path) -> int:
    return int(re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)[1])


def recorded(case: str) -> dict[str, int]:
    """The figures that later ones must not exceed by much; none for another version of Python, which differs."""
    figures: dict[str, int] = json.loads(RECORDED.read_text()).get(_version(case), {})
    return figures


def record(case: str, counted: dict[str, int]) -> None:
    figures = json.loads(RECORDED.read_text())
    figures[_version(case)] = figures.get(_version(case), {}) | counted
    RECORDED.write_text(json.dumps(figures, indent=2) + "\n")


def _version(case: str) -> str:
    return f"Python {sys.version_info.major}.{sys.version_info.minor}, {case}"


def table(counted: dict[str, int], before: dict[str, int]) -> bool:
    """Print the figures beside the recorded ones. Whether none is much higher."""
    grid = Table("request", "recorded", "now", "change", "", title="thousands of instructions for one request")
    for column in grid.columns[1:4]:
        column.justify = "right"
    good = True
    for name, now in counted.items():
        was = before.get(name)
        high = was is not None and now > was * SLACK
        good &= not high
        change = f"{(now - was) / was:+.1%}" if was else ""
        grid.add_row(name, f"{was:,}" if was else "", f"{now:,}", change, "✗" if high else "✓")
    Console(width=110).print(grid)
    return good
