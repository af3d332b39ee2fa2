"""The counters and histograms of the server, and the events that they count."""

import os
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, values

from accounts import events
from config.metrics.files import Place
from follows import changes
from follows.changes import Change
from follows.models import Decision

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    values.ValueClass = values.MultiProcessValue(lambda: Place.name)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds

REQUESTS = Counter("latchkey_requests", "Requests by API, view and status.", ["api", "view", "status"])
LATENCY = Histogram("latchkey_request_seconds", "Seconds until the answer.", ["api"], buckets=BUCKETS)
STATEMENTS = Counter("latchkey_database_statements", "Statements of the database.")
DATABASE = Counter("latchkey_database_seconds", "Seconds that requests waited for the database.")
LOCK_WAITS = Counter("latchkey_database_lock_waits", "Locks of the database that were held by somebody else.")
DECISIONS = Counter("latchkey_decisions", "Decisions by API, verdict and rule.", ["api", "verdict", "rule"])
DELIVERIES = Counter("latchkey_deliveries", "Push messages and mails by result.", ["channel", "result"])
LIMITS = Counter("latchkey_limits_hit", "Rate limits that were hit.", ["limit"])
STREAMS = Gauge("latchkey_streams", "Open streams.", multiprocess_mode="livesum")
ALL = (REQUESTS, LATENCY, STATEMENTS, DATABASE, LOCK_WAITS, DECISIONS, DELIVERIES, LIMITS, STREAMS)


def decided(change: Change) -> None:
    DECISIONS.labels(change.by.door, Decision.Kind(change.kind).name.lower(), change.rule or "none").inc()


def delivered(*, channel: str, result: str, **_: Any) -> None:
    DELIVERIES.labels(channel, result).inc()


def limited(*, limit: str, **_: Any) -> None:
    LIMITS.labels(limit).inc()


def waited(**_: Any) -> None:
    LOCK_WAITS.inc()


def streaming(*, change: int, **_: Any) -> None:
    STREAMS.inc(change)


def listen() -> None:
    """Count the events of this process. A second call changes nothing."""
    events.delivered.connect(delivered)
    events.limited.connect(limited)
    events.waited.connect(waited)
    events.streaming.connect(streaming)
    changes.unregister(decided)
    changes.register(decided)
