"""One scene against a running server: load from another process, and what it cost the server."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import Actor
from follows import queries
from follows.deciding import MOST
from follows.gate import expiry, settings
from follows.models import Opening
from follows.paging import Window
from follows.queries import pending_count
from tests.benchmarks.driver import Plan, Result
from tests.benchmarks.machine import Cpu, Machine
from tests.benchmarks.scenes import Cast, Scene, get

CLIENTS = 16
TURNS = 4  # in which a scene and the bare view are measured, for a machine is not always as quick
BARE = get("/bare/2000")
MOST_BESIDE = 600  # bare pages of CPU that other requests may wait beside heavy work, at the 99th percentile
REFUSED = ('"code":4', '"code":5')  # how the envelope of a refusal begins


@dataclass
class Row:
    """A line of the table. Latencies in milliseconds, `cpu` and `database` in milliseconds of CPU per request."""

    name: str
    per_second: float
    p50: float
    p99: float
    cpu: float
    database: float  # CPU of PostgreSQL's own processes
    queries: int | None = None
    bare: float | None = None  # CPU of a bare view with an answer of the same size, in the same run
    allowed: str = ""
    good: bool = True

    @property
    def ratio(self) -> float | None:
        return self.cpu / self.bare if self.bare else None


def read(machine: Machine, scene: Scene, seconds: float) -> Row:
    """Check the answer, then measure the scene and a bare view of the same size in turns."""
    body, queries = probe(scene)
    request, plain = scene.requests[0], get(f"/bare/{len(body)}")
    clients = CLIENTS if scene.ceiling else 1  # how long one answer takes is not seen where others wait
    for either in (request, plain):
        load(machine, either, min(1.0, seconds), CLIENTS)  # both workers have rendered what they need
    turns = [
        tuple(load(machine, either, seconds / TURNS, clients) for either in (request, plain)) for _ in range(TURNS)
    ]
    row = _row(scene.name, *_together([loaded for loaded, _ in turns]))
    row.queries = queries
    row.bare = _row("bare", *_together([bare for _, bare in turns])).cpu
    if scene.ceiling:
        row.allowed = f"{scene.ceiling} x bare"
        row.good = bool(row.ratio and row.ratio <= scene.ceiling)
    elif scene.latency:
        row.allowed = f"p50 {scene.latency} x bare"
        row.good = row.p50 <= scene.latency * bare(machine)
    return row


@cache
def bare(machine: Machine) -> float:
    """Milliseconds of CPU that a bare page costs on this machine: the unit of all targets."""
    load(machine, BARE, 0.5, CLIENTS)
    return _row("bare", *load(machine, BARE, 2, CLIENTS)).cpu


def write(machine: Machine, scene: Scene) -> Row:
    """Send each request once, over all clients; the first is checked and its queries are counted."""
    _, queries = probe(scene)
    shares = [scene.requests[1 + n :: CLIENTS] for n in range(CLIENTS)]
    row = _row(scene.name, *_drive(machine, Plan(machine.port, shares, bad=REFUSED)))
    row.queries, row.bare = queries, bare(machine)
    row.allowed = f"{scene.ceiling} x bare"
    row.good = bool(row.ratio and scene.ceiling and row.ratio <= scene.ceiling)
    return row


def mixture(machine: Machine, clients: list[list[str]], seconds: float) -> Row:
    """Rounds of reads and writes; every answer must be a success."""
    plan = Plan(machine.port, clients, seconds, loop=True, bad=REFUSED)
    row = _row("mixed, 80 % reads", *_drive(machine, plan))
    row.allowed = "no error"
    return row


def opening(machine: Machine, cast: Cast, clients: list[list[str]]) -> Row:
    """The owner opens the account: everybody who waits is accepted, while the mixed load goes on."""
    waiting = pending_count(cast.owner)

    def accept() -> int:
        patch = urllib.request.Request(
            f"{machine.url}/api/v1/accounts/update_credentials",
            b"locked=false",
            {"Authorization": f"Bearer {cast.token}"},
            method="PATCH",
        )
        urllib.request.urlopen(patch).close()
        while Opening.objects.filter(account=cast.owner).exists():
            time.sleep(0.01)
        return waiting

    return _beside(machine, clients, f"opening, {waiting:,} join", accept, waiting, 0.3)


def decisions(machine: Machine, cast: Cast, clients: list[list[str]], count: int) -> Row:
    """The owner rejects so many, 500 in each request, while the mixed load goes on."""

    def reject() -> int:
        ids = queries.requests_to(cast.owner, Window(count)).ids
        for start in range(0, count, MOST):
            body = json.dumps({"verdict": "reject", "requests": [str(one) for one in ids[start : start + MOST]]})
            post = urllib.request.Request(
                f"{machine.url}/api/latchkey/v1/requests/decide",
                body.encode(),
                {"Authorization": f"Bearer {cast.token}", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(post) as answer:
                results = json.load(answer)["results"]
            if {result["outcome"] for result in results} != {"rejected"}:
                raise SystemExit("A decision was refused.")
        return count

    return _beside(machine, clients, f"bulk decision, {MOST} at once", reject, count, 10)


def expiring(machine: Machine, cast: Cast, clients: list[list[str]], count: int) -> Row:
    """So many requests expire one after the other, as `manage.py sweep` lets them, while the mixed load goes on."""
    settings.change(cast.owner, Actor(cast.owner, "test"), expire_days=14)
    row = _beside(machine, clients, f"expiry of {count:,}", lambda: expiry.expire(at_most=count), count, None)
    settings.change(cast.owner, Actor(cast.owner, "test"), expire_days=None)
    return row


def _beside(
    machine: Machine, clients: list[list[str]], name: str, work: Callable[[], int], count: int, most: float | None
) -> Row:
    """Work beside the mixed load: how many are done in a second, and how long others wait for their answers.

    `most` is how long one may take, in bare pages of CPU.
    """
    unit = bare(machine)
    with ThreadPoolExecutor(1) as pool:
        seconds = max(2.0, count * (most * unit / 1000 if most else 0.0025))
        load = pool.submit(_drive, machine, Plan(machine.port, clients, seconds, loop=True, bad=REFUSED))
        started = time.perf_counter()
        done = work()
        rate = done / (time.perf_counter() - started)
        row = _row(f"{name}, {rate:,.0f}/s", *load.result())
    row.allowed = f"{f'{most} x bare each, ' if most else ''}p99 {MOST_BESIDE} x bare"
    row.good = done == count and (not most or 1000 / rate <= most * unit) and row.p99 <= MOST_BESIDE * unit
    return row


def walk(machine: Machine, pages: list[str]) -> None:
    """Ask for every page on every connection, so that each worker has rendered all of their accounts."""
    _drive(machine, Plan(machine.port, [pages] * CLIENTS, bad=REFUSED))


def probe(scene: Scene) -> tuple[bytes, int]:
    """The answer's body, found right, and the number of queries of a process that has warmed up."""
    send = _sender(scene.requests[0])
    if scene.is_read:
        send()
    with CaptureQueriesContext(connection) as captured:
        answer = send()
    if answer.status_code != 200 or not scene.check(json.loads(answer.content)):
        raise SystemExit(f"{scene.name}: wrong answer {answer.status_code}: {answer.content[:300]!r}")
    statements = [query for query in captured.captured_queries if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    return answer.content, len(statements)


def _sender(request: str) -> Any:
    """The same request, within this process."""
    head, _, form = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines if not line.startswith("Content-"))
    client = Client(headers=headers, SERVER_NAME=headers.pop("Host"))
    if method == "GET":
        return lambda: client.get(target)
    return lambda: client.post(target, form, content_type="application/x-www-form-urlencoded")


def load(machine: Machine, request: str, seconds: float, clients: int) -> tuple[Result, Cpu]:
    return (_wrk if shutil.which("wrk") else _drive_loop)(machine, request, seconds, clients)


def _together(parts: list[tuple[Result, Cpu]]) -> tuple[Result, Cpu]:
    """Several results as one, and the server's CPU seconds of all."""
    results = [result for result, _ in parts]
    whole = Result(sum(result.requests for result in results), seconds=sum(result.seconds for result in results))
    whole.latencies = sorted(latency for result in results for latency in result.latencies)
    return whole, Cpu(*map(sum, zip(*(cpu for _, cpu in parts), strict=True)))


def _drive_loop(machine: Machine, request: str, seconds: float, clients: int) -> tuple[Result, Cpu]:
    return _drive(machine, Plan(machine.port, [[request]] * clients, seconds, loop=True))


def _drive(machine: Machine, plan: Plan) -> tuple[Result, Cpu]:
    """Run the driver as a process of its own; the result, and the server's CPU seconds."""
    before = machine.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.driver"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
    )
    result = Result(**json.loads(done.stdout))
    if result.errors:
        raise SystemExit(f"{result.errors} of {result.requests} answers were wrong, the first: {result.first_error}")
    return result, machine.cpu().since(before)


def _wrk(machine: Machine, request: str, seconds: float, clients: int) -> tuple[Result, Cpu]:
    head = request.split("\r\n")
    headers = [part for line in head[2:] if line for part in ("--header", line)]
    url = machine.url + head[0].split(" ")[1]
    before = machine.cpu()
    command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--latency", *headers, url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    cpu = machine.cpu().since(before)
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"wrk saw errors:\n{text}")
    count, span, unit = re.search(r"(\d+) requests in ([\d.]+)(m?s)", text).groups()
    result = Result(int(count), 0, float(span) / (1000 if unit == "ms" else 1))
    result.latencies = [_milliseconds(text, 50)] * 98 + [_milliseconds(text, 99)] * 2
    return result, cpu


def _milliseconds(text: str, share: int) -> float:
    number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _row(name: str, result: Result, cpu: Cpu) -> Row:
    return Row(
        name,
        result.requests / result.seconds,
        result.percentile(0.5),
        result.percentile(0.99),
        cpu.server / result.requests * 1000,
        cpu.database / result.requests * 1000,
    )
