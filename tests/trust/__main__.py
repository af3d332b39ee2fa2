"""`python -m tests.trust`: runs the stories behind each promise on both databases, and writes docs/trust.md's table."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.__main__ import PYTEST, postgres, say

PAGE = Path("docs/trust.md")
NUMBER = re.compile(r"\d+")
BEGIN, END = "<!-- figures: written by make trust -->\n", "<!-- end of figures -->\n"
# What is promised, and the files whose stories show it.
PROMISES = {
    "A body that breaks off changes nothing": ["trust/test_broken_chunks", "config/test_broken_bodies"],
    "Every body is bounded in size, memory and time": ["trust/test_bodies_are_bounded"],
    "Connections that say nothing keep nobody out": ["trust/test_silent_connections", "config/test_stalled_clients"],
    "Busy workers are replaced, and `/health` is answered meanwhile": ["trust/test_busy_workers"],
    "A picture cannot take the server's time or memory": ["trust/test_picture_bombs"],
    "A picture whose file is missing is a 404": ["trust/test_stored_files"],
    "A silent mail server holds no request up": ["accounts/test_outbox"],
    "A silent push service delays nobody else's messages": ["trust/test_silent_push_services"],
    "Streams of clients that never read end": ["trust/test_clients_that_never_read"],
    "Without the counters (Redis or a file) requests go on": ["trust/test_counters_away"],
    "Without the database every door says so in its own shape": ["trust/test_database_away"],
    "PostgreSQL never waits without an end": ["trust/test_database_timeouts"],
    "Writes that wait for a lock delay nobody else": ["trust/test_held_locks"],
    "N workers need a known number of database connections": ["trust/test_database_connections"],
    "A killed server loses no write that it acknowledged": ["trust/test_killed_at_any_moment"],
    "A killed leader of PostgreSQL takes no acknowledged write with it": ["trust/test_failover"],
    "A host that is cut off misses nothing, and the others go on": ["trust/test_several_hosts"],
    "An import whose server is killed does every line once": ["trust/test_killed_imports"],
    "A backup, restored, is the same server": ["config/test_backup"],
    "An account may be deleted at any moment of a request": ["trust/test_deleted_at_any_moment"],
    "A clock that was wrong spoils nothing": ["trust/test_wrong_clock"],
    "The same limits hold at both doors": ["test_same_limits"],
    "The graph does as a model of plain sets does": ["trust/test_whole_domain"],
    "Writers at the same time do not lose or double anything": ["races/test_races"],
    "Every path answers every kind of caller as the table says": ["trust/test_access_matrix"],
}


class Run(NamedTuple):
    """What the stories of one file said on one database."""

    passed: int
    failed: int
    seconds: float
    figures: list[str]


def run(url: str) -> dict[str, Run]:
    """All of them on one database: file -> what came of it."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if url:
        environment["DATABASE_URL"] = url
    files = [f"tests/{name}.py" for names in PROMISES.values() for name in names]
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        subprocess.run([*PYTEST, "--trust", f"--junit-xml={report}", *files], env=environment)
        return outcomes(ET.parse(report).getroot())


def outcomes(report: ET.Element) -> dict[str, Run]:
    """The outcome of each file in a report of pytest; skipped stories do not count."""
    found: dict[str, Run] = {}
    for case in report.iter("testcase"):
        name = case.get("classname", "").removeprefix("tests.").replace(".", "/")
        before = found.get(name, Run(0, 0, 0, []))
        if case.find("skipped") is not None:
            continue
        failed = case.find("failure") is not None or case.find("error") is not None
        figures = [prop.get("value", "") for prop in case.iter("property") if prop.get("name") == "figure"]
        seconds = before.seconds + float(case.get("time", 0))
        found[name] = Run(before.passed + (not failed), before.failed + failed, seconds, before.figures + figures)
    return found


def table(runs: dict[str, dict[str, Run]]) -> str:
    """The rows of the page: promise, tests, and the figures of each database."""
    lines = [f"| promise | tests | {' | '.join(runs)} |", "| --- | --- |" + " --- |" * len(runs)]
    for promise, names in PROMISES.items():
        tests = ", ".join(f"[{Path(name).name}](../tests/{name}.py)" for name in names)
        cells = [cell([found[name] for name in names if name in found]) for found in runs.values()]
        lines.append(f"| {promise} | {tests} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cell(runs: list[Run]) -> str:
    if not runs:
        return "does not apply"
    passed, failed = sum(run.passed for run in runs), sum(run.failed for run in runs)
    counted = f"{passed} passed" + (f", **{failed} failed**" if failed else "")
    seconds = f"{sum(run.seconds for run in runs):.0f} s"
    return "; ".join([counted, seconds, *added([text for run in runs for text in run.figures])])


def added(figures: list[str]) -> list[str]:
    """Those with the same words as one, with the sums of their numbers."""
    sums: dict[str, list[int]] = {}
    for figure in figures:
        words = NUMBER.sub("{}", figure)
        numbers = [int(number) for number in NUMBER.findall(figure)]
        sums[words] = [a + b for a, b in zip(sums.get(words, [0] * len(numbers)), numbers, strict=True)]
    return [words.format(*numbers) for words, numbers in sorted(sums.items())]


def main() -> int:
    runs = {"SQLite": run("")}
    with postgres() as url:
        runs["PostgreSQL"] = run(url)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + table(runs) + "\n" + END + rest.partition(END)[2])
    failed = sum(found.failed for files in runs.values() for found in files.values())
    say(f"{PAGE} has the figures of this run; {failed} stories failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
