"""Where the time of a request goes: `python -m tests.benchmarks.shares`, as stacked bars in docs/images/shares.svg.

A signal every millisecond of CPU time looks at which code runs. What a C function does belongs to the code that called
it, so that SQLite's work is the database's.
"""

import asyncio
import signal
from collections import Counter
from itertools import cycle
from pathlib import Path
from types import FrameType

from tests.benchmarks.counted import Scope, answer

EVERY = 0.001  # seconds of CPU time between two looks
LOOKS = 1_500  # at each scene
PARTS = {  # by what the path of the code contains; the first that fits
    "database": ("/django/db/", "/psycopg", "/config/sqlite/", "/config/postgresql/", "/accounts/statements.py"),
    "Django": ("/site-packages/django/", "/site-packages/asgiref/", "/site-packages/corsheaders/"),
    "Django REST framework": ("/site-packages/rest_framework/",),
    "server": (
        "/config/rsgi.py",
        "/config/wsgi.py",
        "/config/watchdog.py",
        "/accounts/retries.py",
        "/tests/",
        "/asyncio/",
    ),
    "Latchkey": ("/config/", "/accounts/", "/follows/", "/compat_mastodon/", "/compat_twittner/"),
}
COLOURS = {
    "server": "#57606a",
    "Django": "#1a7f37",
    "Django REST framework": "#9a6700",
    "Latchkey": "#1f6feb",
    "database": "#8250df",
    "rest of Python": "#afb8c1",
}


async def shares(requests: list[str]) -> dict[str, float]:
    """Which share of the time of a request each part takes."""
    seen: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        seen[_part(frame.f_code.co_filename if frame else "")] += 1

    scopes = cycle(map(Scope, requests))
    await answer(scopes, 20)
    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    while seen.total() < LOOKS:
        await answer(scopes, 20)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    return {part: seen[part] / seen.total() for part in COLOURS}


def _part(path: str) -> str:
    return next((part for part, places in PARTS.items() if any(place in path for place in places)), "rest of Python")


def draw(plan: dict[str, list[str]], counted: dict[str, int], file: Path) -> None:
    """Measure these scenes and draw a bar for each, as long as its thousands of instructions."""
    measured = {name: asyncio.run(shares(requests)) for name, requests in plan.items()}
    file.write_text(_svg(measured, counted))


def _svg(measured: dict[str, dict[str, float]], counted: dict[str, int]) -> str:
    left, width, row = 170, 460, 30
    height = row * len(measured) + 60
    scale = width / max(counted[name] for name in measured)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {height}" '
            'font-family="sans-serif" font-size="12" role="img" aria-label="Where the instructions of a request go">'
        ),
        f'<rect width="{left + width + 60}" height="{height}" fill="#fff"/>',
    ]
    for place, (name, parts) in enumerate(measured.items()):
        at, across = 10 + row * place, float(left)
        lines.append(f'<text x="{left - 8}" y="{at + 15}" text-anchor="end" fill="#333">{name}</text>')
        for part, share in parts.items():
            length = share * counted[name] * scale
            lines.append(
                f'<rect x="{across:.1f}" y="{at}" width="{length:.1f}" height="20" fill="{COLOURS[part]}">'
                f"<title>{part}: {share:.0%}</title></rect>"
            )
            across += length
        lines.append(f'<text x="{across + 6:.1f}" y="{at + 15}" fill="#333">{counted[name]:,} k</text>')
    for place, (part, colour) in enumerate(COLOURS.items()):
        x, y = 10 + (left + width) // 3 * (place % 3), row * len(measured) + 20 + 20 * (place // 3)
        lines.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{x + 18}" y="{y + 10}" fill="#333">{part}</text>')
    return "\n".join([*lines, "</svg>\n"])
