"""Counters that all processes of a machine share: a table of fixed size in a file.

The digest of a name says which `WAYS` rows it may have. If all of them are in use, the row that ends first makes room.
The digest is made with a secret of the file, so that nobody can find names that push out another one. A lock of the
file makes each step exact. If a process dies with the lock, the kernel lifts it.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from fcntl import LOCK_EX, LOCK_UN, lockf
from functools import cache, lru_cache
from struct import Struct
from threading import Lock

ROW = Struct("<16sdQ")  # digest of the name, end in seconds of Unix time, count
WAYS = 16  # rows that a name may have
BUCKET = WAYS * ROW.size
BUCKETS = 8_192  # 131,072 rows, 4 MiB; two bytes of a digest name one
SECRET = BUCKET  # bytes at the beginning of the file, of which the first 64 are used
REMEMBERED = 1_000  # digests that a process keeps
LONGEST = 2 * 24 * 60 * 60  # seconds; a row that ends later was written while the clock was wrong


_turn = Lock()  # between threads; the file's own lock is between processes


class Counters:
    """The counters of one file. All methods raise `OSError` if it cannot be read or written.

    Inside `with self` it is locked.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with self:
            if os.fstat(self._file).st_size < SECRET:
                os.pwrite(self._file, os.urandom(SECRET), 0)
            self._keyed = hashlib.blake2b(digest_size=16, key=os.pread(self._file, 64, 0))
        self._place = lru_cache(REMEMBERED)(self._digested)  # a client sends several requests in a window

    def __enter__(self) -> None:
        _turn.acquire()
        try:
            lockf(self._file, LOCK_EX)
        except BaseException:
            _turn.release()
            raise

    def __exit__(self, *error: object) -> None:
        try:
            lockf(self._file, LOCK_UN)
        finally:
            _turn.release()

    def add(self, names: Mapping[str, int]) -> list[int]:
        """Add one to each counter, which then lives for so many seconds. Return the counts."""
        now = time.time()
        counts = []
        with self:
            for name, seconds in names.items():
                place, digest, _, count = self._find(name, now)
                os.pwrite(self._file, ROW.pack(digest, now + seconds, count + 1), place)
                counts.append(count + 1)
        return counts

    def get(self, name: str) -> int:
        return self._find(name, time.time())[3]

    def take_back(self, name: str) -> None:
        """Take one off, unless the counter has ended."""
        with self:
            self._change(name, time.time(), lambda count: max(count - 1, 0))

    def forget(self, names: Iterable[str]) -> None:
        """Begin these counters anew."""
        with self:
            for name in names:
                self._change(name, time.time(), lambda _: 0)

    def clear(self) -> None:
        os.ftruncate(self._file, SECRET)

    def _change(self, name: str, now: float, change: Callable[[int], int]) -> None:
        """Write what `change` makes of the count, which ends when it did before."""
        place, digest, ends, count = self._find(name, now)
        os.pwrite(self._file, ROW.pack(digest, ends, change(count)), place)

    def _find(self, name: str, now: float) -> tuple[int, bytes, float, int]:
        """Return the place of a name in the file, its digest, its end and its count: 0 for both if it has no row."""
        start, digest = self._place(name)
        bucket = os.pread(self._file, BUCKET, start).ljust(BUCKET, b"\0")
        place = bucket.find(digest)
        if place >= 0:
            _, ends, count = ROW.unpack_from(bucket, place)
            lives = now < ends <= now + LONGEST
            return start + place, digest, ends if lives else 0.0, count if lives else 0
        ends_of_rows = [ends if ends <= now + LONGEST else 0.0 for _, ends, _ in ROW.iter_unpack(bucket)]
        return start + ends_of_rows.index(min(ends_of_rows)) * ROW.size, digest, 0.0, 0

    def _digested(self, name: str) -> tuple[int, bytes]:
        """Return the place in the file of the rows that a name may have, and its digest."""
        hashed = self._keyed.copy()
        hashed.update(name.encode("utf-8", "surrogatepass"))
        digest = hashed.digest()
        return SECRET + (digest[0] | digest[1] << 8) % BUCKETS * BUCKET, digest


@cache
def counters(path: str) -> Counters:
    """Return the counters in this file; all threads of a process share them."""
    return Counters(path)
