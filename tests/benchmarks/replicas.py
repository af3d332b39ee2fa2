"""Reads with 0, 1 and 2 replicas: a primary and two standbys on this machine, which share its cores.

More replicas cannot be quicker here. CPU for each request shows whose work a read is.
"""

import os

import psutil

from tests.__main__ import say
from tests.benchmarks.machine import Machine
from tests.benchmarks.measure import CLIENTS, load
from tests.benchmarks.scenes import Cast, get, reads
from tests.replicas.cluster import Node, cluster

WARM = 5.0  # seconds of load before the time begins: a replica is used as soon as it was asked how far it is
ASKED = ("followers", "search by name")  # of others, so replicas may answer


def measure(cast: Cast, seconds: float) -> None:
    """Print requests a second, and milliseconds of CPU of the server, the primary and the standbys for each."""
    asked = {scene.name: scene.requests[0] for scene in reads(cast) if scene.name in ASKED}
    asked["an account, by a stranger"] = get(f"/api/v1/accounts/{cast.popular}")
    with cluster(os.environ["DATABASE_URL"]) as (primary, *standbys):
        for count in range(len(standbys) + 1):
            urls = {"DATABASE_URL": primary.url, "DATABASE_REPLICA_URLS": ",".join(one.url for one in standbys[:count])}
            with Machine(urls) as machine:
                for name, request in asked.items():
                    load(machine, request, WARM, CLIENTS)
                    before = [_cpu(primary), sum(map(_cpu, standbys))]
                    result, cpu = load(machine, request, seconds, CLIENTS)
                    after = [_cpu(primary), sum(map(_cpu, standbys))]
                    each = [1000 * used / result.requests for used in (cpu.server, *_differences(after, before))]
                    figures = " | ".join(f"{milliseconds:.2f}" for milliseconds in each)
                    say(f"| {name} | {count} | {result.requests / result.seconds:,.0f} | {figures} |")


def _differences(after: list[float], before: list[float]) -> list[float]:
    return [late - early for late, early in zip(after, before, strict=True)]


def _cpu(node: Node) -> float:
    """Seconds of CPU that a server has used, with those of its connections that have ended."""
    server = node.process().cpu_times()[:4]  # with that of children who have ended
    now = sum(sum(one.cpu_times()[:2]) for one in node.process().children() if one.status() != psutil.STATUS_ZOMBIE)
    return float(sum(server) + now)
