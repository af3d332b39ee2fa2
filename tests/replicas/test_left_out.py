"""A replica that failed a read is left out until it takes a new connection."""

from threading import Thread

import pytest
from django.db.utils import OperationalError

from accounts.replicas import health


def test_an_answer_from_before_a_failed_read_does_not_bring_a_replica_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PRIMARY", health.Primary())
    health.PRIMARY.answered("0/10")
    replica = health.Replica("default")
    replica.answered("0/20")
    assert replica.has(0x10)

    reading = Thread(target=replica.failed, args=(OperationalError("gone"),))  # has no connection, as if it was lost
    reading.start()
    reading.join()
    replica.answered("0/20")  # the watching thread asked for it before

    assert not replica.has(0x10)
