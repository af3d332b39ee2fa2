"""The figures as people read them."""

import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row

MEMORY, START = 160, 1.5  # MiB, seconds


def table(rows: list[Row], *, memory: float, start: float) -> None:
    grid = Table("request", "requests/s", "p50 ms", "p99 ms", "CPU ms", "queries", "bare ms", "x bare", "target", "")
    for column in grid.columns[1:8]:
        column.justify = "right"
    for row in rows:
        grid.add_row(
            row.name,
            f"{row.per_second:,.0f}",
            f"{row.p50:.2f}",
            f"{row.p99:.2f}",
            f"{row.cpu:.3f}",
            "" if row.queries is None else str(row.queries),
            f"{row.bare:.3f}" if row.bare else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            row.allowed,
            "✓" if row.good else "✗",
        )
    console = Console(width=130)
    console.print(grid)
    console.print(f"memory of all server processes {memory:.0f} MiB (target {MEMORY})")
    console.print(f"start to first 200 in {start:.2f} s (target {START})")
    console.print(machine())


def machine() -> str:
    """This machine, as far as figures depend on it."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return f"{os.cpu_count()} cores of {cpu}, Python {platform.python_version()}"
