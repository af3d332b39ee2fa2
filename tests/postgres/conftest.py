"""Two writers side by side, one of them stopped where the other must not be waiting for it."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections

from follows.notices import delivery
from tests.servers import PATIENCE


@pytest.fixture(autouse=True)
def _on_postgres(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(delivery, "_transports", {})  # nobody is told, by threads that outlive the story


class Other(threading.Thread):
    """Another writer, with a connection of its own. `outcome` is what it returned or raised."""

    def __init__(self, write: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._write = write
        self.outcome: Any = None
        self.backend = 0

    def run(self) -> None:
        try:
            connection.ensure_connection()
            self.backend = connection.connection.info.backend_pid
            self.outcome = self._write()
        except Exception as error:
            self.outcome = error
        finally:
            connections.close_all()

    def waits(self, kind: str = "%") -> None:
        """Until it waits for a lock, of this kind."""
        deadline = time.monotonic() + PATIENCE
        with connection.cursor() as cursor:
            while True:
                cursor.execute(
                    "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted AND locktype LIKE %s", [self.backend, kind]
                )
                if cursor.fetchone():
                    return
                assert self.is_alive(), self.outcome
                assert time.monotonic() < deadline, "it never waited"
                time.sleep(0.01)

    def ends(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "it is still waiting"
        return self.outcome


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], Any]], Other]]:
    """Starts writing something beside the test."""
    others: list[Other] = []

    def start(write: Callable[[], Any]) -> Other:
        others.append(Other(write))
        others[-1].start()
        return others[-1]

    yield start
    for other in others:
        other.join(PATIENCE)
