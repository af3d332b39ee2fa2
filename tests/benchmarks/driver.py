"""A load driver of the standard library: keep-alive connections in one loop, every answer checked.

Runs as a process of its own, `python -m tests.benchmarks.driver`, so that its work is not the
server's: a plan as JSON on stdin, the result as JSON on stdout.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any


@dataclass
class Plan:
    """What to send. Each client has a list of raw requests; `loop` repeats them until `seconds` are over."""

    port: int
    clients: list[list[str]]
    seconds: float = 0
    loop: bool = False
    bad: tuple[str, ...] = ()  # what no good answer contains


@dataclass
class Result:
    """Counts, the wall time in seconds, and every latency in milliseconds, sorted."""

    requests: int = 0
    errors: int = 0
    seconds: float = 0
    first_error: str = ""
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


class Client:
    """One connection that has one request under way."""

    def __init__(self, port: int, requests: Any) -> None:
        self.requests = requests
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent = 0.0

    def send(self) -> bool:
        """Send the next request; false when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bytes | None:
        """The whole answer once it is there."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        answer, self.buffer = self.buffer, b""
        return answer


def run(plan: Plan) -> Result:
    """Send the plan's requests, one at a time on each connection."""
    result = Result()
    selector = selectors.DefaultSelector()
    bad = [word.encode() for word in plan.bad]
    started = time.perf_counter()
    ends = started + plan.seconds if plan.seconds else float("inf")
    for texts in plan.clients:
        requests = [text.encode() for text in texts]
        client = Client(plan.port, cycle(requests) if plan.loop else iter(requests))
        if client.send():
            selector.register(client.socket, selectors.EVENT_READ, client)
    while selector.get_map():
        for key, _ in selector.select():
            client = key.data
            answer = client.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            result.latencies.append((now - client.sent) * 1000)
            if answer[9:12] != b"200" or any(word in answer for word in bad):
                result.errors += 1
                result.first_error = result.first_error or answer[:500].decode(errors="replace")
            if now > ends or not client.send():
                selector.unregister(client.socket)
    result.seconds = time.perf_counter() - started
    result.requests = len(result.latencies)
    result.latencies.sort()
    return result


if __name__ == "__main__":
    json.dump(asdict(run(Plan(**json.load(sys.stdin)))), sys.stdout)
