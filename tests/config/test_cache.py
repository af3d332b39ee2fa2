"""The cache that all processes of a machine share, without any service."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from config import cache as shared
from config.cache import SharedFile

COUNT = """
import sys
from config.cache import SharedFile
cache = SharedFile(sys.argv[1], {})
print(*(cache.count({"a": 60, "b": 60})[0] for _ in range(300)))
"""


@pytest.fixture
def cache(tmp_path: Path) -> SharedFile:
    return SharedFile(str(tmp_path / "cache.sqlite3"), {})


def test_processes_that_count_at_once_lose_nothing(cache: SharedFile) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", COUNT, cache._path], text=True, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    seen = [int(count) for worker in workers for count in worker.communicate()[0].split()]

    assert sorted(seen) == list(range(1, 1201))
    assert cache.count({"b": 60, "c": 60}) == [1201, 1]


def test_threads_that_count_at_once_lose_nothing(cache: SharedFile) -> None:
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda _: cache.count({"a": 60})[0], range(200)))

    assert sorted(seen) == list(range(1, 201))


def test_all_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    caches = [SharedFile(str(tmp_path / f"{number}.sqlite3"), {}) for number in range(50)]
    begin = Barrier(4)

    def count(cache: SharedFile) -> int:
        begin.wait()
        return cache.count({"a": 60})[0]

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda _: [count(cache) for cache in caches], range(4)))

    assert [sorted(counts) for counts in zip(*seen, strict=True)] == [[1, 2, 3, 4]] * 50


def test_the_largest_number_stays_and_lives_on(cache: SharedFile) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: cache.raise_to("a", number * 37 % 101, 60), range(101)))
    cache.raise_to("b", 2**63 - 1, -1)
    cache.raise_to("c", 5, None)

    assert cache.get_many(["a", "b", "c"]) == {"a": 100, "c": 5}


def test_it_is_a_cache_like_any_other_of_django(cache: SharedFile) -> None:
    assert cache.get("key", "nothing") == "nothing"
    cache.set("key", {"a": [1, None]}, 60)
    assert cache.get("key") == {"a": [1, None]}
    assert not cache.add("key", "other")
    assert cache.touch("key", 60)
    assert cache.delete("key")
    assert not cache.delete("key")
    assert not cache.touch("key")
    assert cache.add("key", True)
    assert cache.get("key") is True
    cache.set("counter", 5, 60)
    assert (cache.decr("counter"), cache.incr("counter", 3)) == (4, 7)
    with pytest.raises(ValueError, match="nothing"):
        cache.decr("nothing")
    cache.clear()
    assert cache.get("key") is None


def test_what_has_expired_is_gone(cache: SharedFile) -> None:
    cache.set("key", 1, -1)

    assert cache.get("key") is None
    assert cache.add("key", 2)
    assert cache.get("key") == 2


def test_a_file_that_a_crash_has_damaged_begins_anew(cache: SharedFile) -> None:
    cache.set("a", 1)
    cache.count({"a": 60})
    cache._connection.close()
    del cache._local.connection
    Path(cache._path).write_bytes(b"this is no database" * 100)
    Path(f"{cache._path}-wal").unlink(missing_ok=True)

    assert cache.count({"a": 60}) == [1]
    assert cache.get("a") is None


def test_the_log_says_once_a_minute_that_it_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache = SharedFile(str(tmp_path / "no such folder" / "cache.sqlite3"), {})
    monkeypatch.setattr(shared, "REST", 0)
    seen = [cache.count({"a": 60})[0] for _ in range(20)]
    said = [record.getMessage() for record in caplog.records]
    monkeypatch.setattr(shared, "SAY_EVERY", 0)  # a minute later
    cache.count({"a": 60})

    assert seen == list(range(1, 21))
    assert len(said) == 1 and said[0].startswith("The cache is away, so each process counts for itself: ")
    assert len(caplog.records) == 2
