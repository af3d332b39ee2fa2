"""What moving a ColibriSM network in costs: rows a second, and memory, which must not grow with the network."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command

from tests.__main__ import say
from tests.compat_twittner.colibri import dumps

IN_A_STATEMENT = 5_000  # rows, about as many as mysqldump writes
CACHES = 64  # MiB that SQLite's caches may take, and that a tenth of the network does not fill


class Cost(NamedTuple):
    rows: int
    seconds: float
    cpu: float
    mib: float

    def __str__(self) -> str:
        speed = f"{self.rows / self.seconds:,.0f} a second, {self.rows / self.cpu:,.0f} a second of CPU"
        return f"{self.rows:,} rows in {self.seconds:,.1f} s: {speed}, {self.mib:.0f} MiB at most"


def measure(users: int, connections: int, directory: Path) -> bool:
    """Import a tenth of a network and then a whole one, with other ids; True if memory stayed the same."""
    costs = []
    for part, after in ((10, 0), (1, max(users, connections) // 10)):
        path = directory / "dump.sql"
        with path.open("w") as file:
            file.writelines(_dump(users // part, connections // part, after))
        costs.append(_import(path))
        say(f"{users // part:,} users, {connections // part:,} connections: {costs[-1]}")
    call_command("recount", check=True)
    tenth, whole = costs
    return whole.mib <= tenth.mib + CACHES


def _import(path: Path) -> Cost:
    started = time.perf_counter()
    command = [sys.executable, "manage.py", "import_colibri", str(path), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    told = json.load(process.stdout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    rows = sum(table["imported"] for table in told["tables"].values())
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(rows, time.perf_counter() - started, cpu, usage.ru_maxrss / 1024)


def _dump(users: int, connections: int, after: int) -> Iterator[str]:
    """A dump with ids above `after`: each user follows as many others, a tenth of these ask, a fifth has a phone."""
    network, chance = dumps.Network(), random.Random(1)
    begin, end = dumps.mysqldump(network).split("-- Dump completed")
    yield begin
    first = after + 1
    yield from _insert("cl_users", map(_user, range(first, first + users)), users)
    each = connections // users
    steps = chance.sample(range(1, users), each)
    pairs = ((first + n // each, first + (n // each + steps[n % each]) % users) for n in range(each * users))
    follows = (
        f"({n},{follower},{target},'{'pending' if n % 10 == 0 else 'active'}','{1_600_000_000 + n}')"
        for n, (follower, target) in enumerate(pairs, first)
    )
    yield from _insert("cl_connections", follows, each * users)
    phones = range(first, first + users, 5)
    sessions = (f"({n},'{n:082x}','{n}','mobile_android','1700000000','2000000000')" for n in phones)
    yield from _insert("cl_sessions", sessions, len(phones))
    yield f"-- Dump completed{end}"


def _user(number: int) -> str:
    username = f"person_{number}"
    row = dumps.DEFAULTS["cl_users"] | {"id": number, "username": username, "email": f"{username}@example.org"}
    return dumps.values(row | {"fname": "Ada", "lname": f"Number {number}", "about": "I write about &quot;owls&quot;."})


def _insert(table: str, rows: Iterator[str], count: int) -> Iterator[str]:
    for start in range(0, count, IN_A_STATEMENT):
        yield f"INSERT INTO `{table}` VALUES "
        yield ",".join(next(rows) for _ in range(min(IN_A_STATEMENT, count - start)))
        yield ";\n"
