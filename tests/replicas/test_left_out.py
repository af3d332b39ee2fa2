"""A replica is left out if it failed a read, until it takes a new connection, or if it is of another database."""

from threading import Thread

import pytest
from django.db.utils import OperationalError

from accounts.replicas import health

OURS = (7713989367329352785, 16386)


def test_an_answer_from_before_a_failed_read_does_not_bring_a_replica_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PRIMARY", health.Primary())
    health.PRIMARY.answered("0/10", OURS)
    replica = health.Replica("default")
    replica.answered("0/20", OURS)
    assert replica.has(0x10)

    reading = Thread(target=replica.failed, args=(OperationalError("gone"),))  # has no connection, as if it was lost
    reading.start()
    reading.join()
    replica.answered("0/20", OURS)  # the watching thread asked for it before

    assert not replica.has(0x10)


@pytest.mark.parametrize("theirs", [(OURS[0], 16387), (OURS[0] + 1, OURS[1])], ids=["database", "cluster"])
def test_a_standby_of_another_database_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, theirs: tuple[int, int]
) -> None:
    monkeypatch.setattr(health, "PRIMARY", health.Primary())
    health.PRIMARY.answered("0/10", OURS)
    replica = health.Replica("replica_1")
    replica.answered("0/20", theirs)

    assert not replica.has(0x10)
    assert "The database replica_1 is left out: it is of another database" in caplog.messages
