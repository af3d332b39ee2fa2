"""Sixteen writers on one account, and on sixteen: what a slow disk makes of accounts that very many people follow.

PostgreSQL alone: `make bench ARGS="--only hot --database postgres"`. A commit takes at least `COMMIT` here, as on a
disk that syncs slowly, so that locks that are held during a commit show however few cores there are.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil
from django.core.management import call_command
from django.db import connection, connections

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Follow
from follows.seeding import Seeder
from tests.__main__ import say
from tests.factories import AccountFactory

WRITERS = 16
COMMIT = 100  # milliseconds
WARM = 3  # writes of each writer before the time begins
ONE_TO_SIXTEEN = 0.7  # of the writes a second on sixteen accounts, that one account takes at least
SLOW = {"fsync": "on", "synchronous_commit": "on", "commit_delay": COMMIT * 1000, "commit_siblings": 0}
LOOKS = 0.02  # seconds between two looks at the processes that wait


class Cost(NamedTuple):
    """`waits` are the shares of looks at a writer that waited, by the reason; CPU in milliseconds for each write."""

    per_second: float
    ours: float
    database: float
    waits: dict[str, float]

    def __str__(self) -> str:
        waits = ", ".join(f"{name} {share:.0%}" for name, share in self.waits.items())
        return f"{self.per_second:,.0f}/s, CPU {self.ours:.2f} ms + {self.database:.2f} ms of the database; {waits}"


def measure(seconds: float) -> bool:
    """Accept requests and follow, to one account and to sixteen; True if one takes nearly as many writes."""
    if connection.vendor != "postgresql":
        raise SystemExit("SQLite has one writer at a time: give --database postgres")
    each = WARM + int(seconds * 1_000 / COMMIT)  # for every writer, more than it can do
    seeder = Seeder(1)
    sum(seeder.accounts(WRITERS * each))
    requesters = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    good = True
    with _slow_commits():
        for name, locked, write in (("accept", True, _accept), ("follow", False, _follow)):
            rates = []
            for targets in (WRITERS, 1):
                owners = [AccountFactory(locked=locked).pk for _ in range(targets)]
                if locked:
                    _ask(owners, requesters)
                cost = _run(write, owners, requesters, seconds)
                rates.append(cost.per_second)
                say(f"{name}, {WRITERS} writers on {targets}: {cost}")
            good &= rates[1] >= ONE_TO_SIXTEEN * rates[0]
    call_command("recount", check=True)
    return good


@contextmanager
def _slow_commits() -> Iterator[None]:
    _settings(f"SET {name} = {value}" for name, value in SLOW.items())
    try:
        yield
    finally:
        _settings(f"RESET {name}" for name in SLOW)


def _settings(changes: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for change in changes:
            cursor.execute(f"ALTER SYSTEM {change}")
        cursor.execute("SELECT pg_reload_conf()")


def _ask(owners: list[int], requesters: list[int]) -> None:
    """Each writer's share of the requesters asks the account that the writer decides for."""
    seeded = [
        Follow(follower_id=requester, target_id=owners[place % WRITERS % len(owners)])
        for place, requester in enumerate(requesters)
    ]
    Follow.objects.bulk_create(seeded, batch_size=5_000)
    call_command("recount", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _accept(owner: int, requester: int) -> None:
    graph.accept(owner, requester, Actor(owner, "test"))


def _follow(owner: int, requester: int) -> None:
    graph.follow(requester, owner, Actor(requester, "test"))


def _run(write: Callable[[int, int], None], owners: list[int], requesters: list[int], seconds: float) -> Cost:
    """All writers at once, each with its own requesters, until the time is over."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    done, start = fork.Queue(), fork.Barrier(WRITERS + 1)

    def writer(number: int) -> None:
        owner, mine = owners[number % len(owners)], requesters[number::WRITERS]
        for requester in mine[:WARM]:
            write(owner, requester)
        start.wait()
        ends, cpu, written = time.monotonic() + seconds, time.process_time(), 0
        for requester in mine[WARM:]:
            if time.monotonic() > ends:
                break
            write(owner, requester)
            written += 1
        done.put((written, time.process_time() - cpu))
        connections.close_all()

    writers = [fork.Process(target=writer, args=(number,)) for number in range(WRITERS)]
    for process in writers:
        process.start()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        watcher = int(cursor.fetchone()[0])
        start.wait()
        backends = {}
        started, waits = time.monotonic(), Counter()
        while time.monotonic() < started + seconds:
            cursor.execute(
                "SELECT pid, coalesce(wait_event_type || ':' || wait_event, 'running') FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> %s AND datname = current_database()",
                [watcher],
            )
            for pid, event in cursor.fetchall():
                waits[event] += 1
                if pid not in backends:
                    backends[pid] = psutil.Process(pid), _cpu(psutil.Process(pid))
            time.sleep(LOOKS)
        database = sum(_cpu(backend) - before for backend, before in backends.values())
    results = [done.get() for _ in writers]
    for process in writers:
        process.join()
    written, ours = sum(number for number, _ in results), sum(cpu for _, cpu in results)
    shares = {name: number / waits.total() for name, number in waits.most_common(4)}
    return Cost(written / seconds, ours * 1000 / written, database * 1000 / written, shares)


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
