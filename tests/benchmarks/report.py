"""The figures as people read them."""

import json
import math
import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row

MEMORY, START = 150, 9_000  # MiB, bare pages of CPU
LISTS = ("requests", "requests 5,000 deep", "requests, last page", "followers", "relationships", "Twittner requests")
COLOURS = ("#1f6feb", "#8250df", "#1a7f37", "#9a6700", "#cf222e", "#57606a")


def table(rows: list[Row], *, memory: float, start: float, bare: float) -> None:
    grid = Table(
        "request", "requests/s", "p50 ms", "p99 ms", "CPU ms", "DB ms", "queries", "bare ms", "x bare", "target", ""
    )
    for column in grid.columns[1:9]:
        column.justify = "right"
    for row in rows:
        grid.add_row(
            row.name,
            f"{row.per_second:,.0f}",
            f"{row.p50:.2f}",
            f"{row.p99:.2f}",
            f"{row.cpu:.3f}",
            f"{row.database:.3f}" if row.database else "",
            "" if row.queries is None else str(row.queries),
            f"{row.bare:.3f}" if row.bare else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            row.allowed,
            "✓" if row.good else "✗",
        )
    console = Console(width=130)
    console.print(grid)
    console.print(f"memory of all server processes {memory:.0f} MiB (target {MEMORY})")
    console.print(f"start to first 200 in {start:.2f} s, {start * 1000 / bare:,.0f} bare pages (target {START:,})")
    console.print(machine())


def plot(folder: Path, database: str) -> None:
    """Draw the median latency of the lists against the size of the graph, from all figures in the folder."""
    runs = sorted(
        (json.loads(path.read_text()) for path in folder.glob(f"benchmarks-{database}-*.json")),
        key=lambda run: run["requests"],
    )
    lines = {name: [] for name in LISTS}
    for run in runs:
        for scene in run["scenes"]:
            if scene["name"] in lines:
                lines[scene["name"]].append((run["requests"], scene["p50"]))
    (folder / f"benchmarks-{database}.svg").write_text(_svg({name: line for name, line in lines.items() if line}))


def _svg(lines: dict[str, list[tuple[int, float]]]) -> str:
    width, height, left, bottom = 640, 320, 60, 40
    top = max((y for line in lines.values() for _, y in line), default=1) * 1.2
    sizes = sorted({x for line in lines.values() for x, _ in line})
    low, high = math.log10(min(sizes, default=1)) - 0.2, math.log10(max(sizes, default=10)) + 0.2

    def place(x: float, y: float) -> str:
        across = left + (math.log10(x) - low) / (high - low) * (width - left - 180)
        return f"{across:.1f},{height - bottom - y / top * (height - bottom - 20):.1f}"

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
            'font-size="12" role="img" aria-label="Latency against graph size">'
        ),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{left}" y="14" fill="#333">median latency in ms, 16 clients; pending requests on one account</text>',
    ]
    for mark in (0, top / 2, top):
        at = place(10**low, mark).split(",")[1]
        parts.append(f'<path d="M{left} {at}H{width - 180}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{float(at) + 4}" text-anchor="end" fill="#333">{mark:.1f}</text>')
    for size in sizes:
        at = place(size, 0).split(",")[0]
        parts.append(f'<text x="{at}" y="{height - 18}" text-anchor="middle" fill="#333">{size:,}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(place(x, y) for x, y in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{colour}"/>' for p in points.split()
        ]
        parts.append(f'<text x="{width - 170}" y="{40 + 18 * number}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


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
