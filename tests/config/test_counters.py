"""The counters of the limits, which all processes of a machine share."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine

from config import counters
from config.counters import Counters

HOLD = """
import sys, time
from config.counters import Counters
with Counters(sys.argv[1]):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "counters")


def test_a_counter_ends(path: str) -> None:
    kept = Counters(path)
    with time_machine.travel("2026-08-21T12:00:00Z", tick=False) as clock:
        assert [kept.add({"a": 60}), kept.add({"a": 60, "b": 60}), kept.get("a")] == [[1], [2, 1], 2]
        clock.shift(61)
        assert kept.get("a") == 0
        assert kept.add({"a": 60}) == [1]


def test_one_is_taken_back_and_never_more_than_there_were(path: str) -> None:
    kept = Counters(path)
    kept.add({"a": 60})
    kept.add({"a": 60})
    kept.take_back("a")
    assert kept.get("a") == 1
    kept.take_back("a")
    kept.take_back("a")
    kept.take_back("never counted")

    assert [kept.get("a"), kept.get("never counted")] == [0, 0]


def test_counters_begin_anew_alone_or_all_together(path: str) -> None:
    kept = Counters(path)
    kept.add({"a": 60, "b": 60, "c": 60})
    kept.forget(["a", "b"])
    assert [kept.get(name) for name in "abc"] == [0, 0, 1]
    kept.clear()

    assert [kept.get(name) for name in "abc"] == [0, 0, 0]


def test_another_process_goes_on_where_one_stopped(path: str) -> None:
    Counters(path).add({"a": 60})
    script = "import sys; from config.counters import Counters; print(Counters(sys.argv[1]).add({'a': 60}))"
    counted = subprocess.run([sys.executable, "-c", script, path], text=True, capture_output=True, check=True)

    assert counted.stdout == "[2]\n"


def test_a_process_that_is_killed_leaves_no_lock_behind(path: str) -> None:
    kept = Counters(path)
    with subprocess.Popen([sys.executable, "-c", HOLD, path], text=True, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        os.kill(holder.pid, signal.SIGKILL)

    assert kept.add({"a": 60}) == [1]


def test_the_file_stays_small_and_the_counters_that_end_first_make_room(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "BUCKETS", 1)
    kept = Counters(path)
    for number in range(100):
        kept.add({f"short {number}": 60, "long": 3600})

    assert kept.get("long") == 100
    assert Path(path).stat().st_size <= 2 * counters.BUCKET


def test_counters_from_a_clock_that_was_wrong_make_room(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "BUCKETS", 1)
    kept = Counters(path)
    with time_machine.travel("2099-01-01", tick=False):
        for number in range(counters.WAYS):
            kept.add({f"future {number}": 60})
    names = {f"now {number}": 60 for number in range(counters.WAYS)}

    assert kept.add(names) == [1] * counters.WAYS
    assert kept.add(names) == [2] * counters.WAYS


def test_a_damaged_file_counts_on(path: str) -> None:
    Path(path).write_bytes(os.urandom(1_000_000))

    kept = Counters(path)

    assert [kept.add({"a": 60}), kept.add({"a": 60})] == [[1], [2]]
