"""Gauges that are measured for each scrape: memory of the processes, and the state of the database."""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.models import QuerySet
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts.models import Letter
from config.watchdog import Post
from follows.models import Follow, Leaving, Opening

MOST = 100_000  # rows of a kind that are counted
KEPT = 10.0  # seconds that the measurement of the database serves

COUNTED = {
    "latchkey_requests_waiting": f"Follow requests that wait, {MOST:,} at most.",
    "latchkey_oldest_request_seconds": "Age of the follow request that waits longest.",
    "latchkey_openings": "Accounts that were unlocked and whose requests are being approved.",
    "latchkey_deletions": "Accounts that are being deleted.",
    "latchkey_mails_waiting": "Mails that wait to be sent.",
}
UP, UP_HELP = "latchkey_database_up", "If the database answered the last time."
MEMORY, MEMORY_HELP = "latchkey_memory_bytes", "Memory of each process, with what it shares with others."
PAGE = os.sysconf("SC_PAGE_SIZE")


class State(Collector):
    """The state now. `posts` have the processes of the workers."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts = posts
        self._measured: dict[str, float] = {}
        self._until = 0.0

    def describe(self) -> Iterable[Metric]:
        return [
            *(GaugeMetricFamily(name, text) for name, text in COUNTED.items()),
            GaugeMetricFamily(UP, UP_HELP),
            GaugeMetricFamily(MEMORY, MEMORY_HELP),
        ]

    def collect(self) -> Iterator[Metric]:
        if time.monotonic() >= self._until:
            try:
                self._measured = _counts()
            except DatabaseError:
                self._measured = {}
            finally:
                connections.close_all()
            self._until = time.monotonic() + KEPT
        for name, value in self._measured.items():
            yield GaugeMetricFamily(name, COUNTED[name], value)
        yield GaugeMetricFamily(UP, UP_HELP, float(bool(self._measured)))
        yield self._memory()

    def _memory(self) -> Metric:
        family = GaugeMetricFamily(MEMORY, MEMORY_HELP, labels=["process"])
        parent = os.getppid()
        names = {parent: "main", os.getpid(): "metrics"}
        names |= {post.pid: f"worker{number}" for number, post in enumerate(self._posts)}
        for pid in (parent, *_children(parent)):
            if memory := _resident(pid):
                family.add_metric([names.get(pid, "streams")], memory)
        return family


def _counts() -> dict[str, float]:
    waiting = Follow.objects.waiting()
    oldest = waiting.order_by("created_at", "pk").values_list("created_at", flat=True).first()
    values = (
        _count(waiting),
        max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else 0.0,
        *(_count(model.objects.all()) for model in (Opening, Leaving, Letter)),
    )
    return dict(zip(COUNTED, values, strict=True))


def _count(rows: "QuerySet[Follow] | QuerySet[Opening] | QuerySet[Leaving] | QuerySet[Letter]") -> float:
    return float(rows.order_by()[:MOST].count())


def _children(parent: int) -> list[int]:
    """Return the processes that a process started, in any of its threads."""
    found: list[int] = []
    for file in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += map(int, file.read_text().split())
        except OSError:  # the thread has ended
            continue
    return found


def _resident(pid: int) -> int:
    """Return the memory of a process in bytes, 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
