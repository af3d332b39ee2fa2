"""The file of a dump as text: plain or gzip, UTF-8 with or without a byte order mark. Memory is one chunk."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK = 256 * 1024  # bytes
GZIP = b"\x1f\x8b"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class DumpError(Exception):
    """The file cannot be imported; the text is one sentence that says why."""


class Source:
    """A file that is read once. `checksum` is the SHA-256 of its bytes, known when `chunks` has come to its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sha256 = hashlib.sha256()

    @property
    def checksum(self) -> str:
        return self._sha256.hexdigest()

    def chunks(self) -> Iterator[str]:
        """Yield the text in pieces.

        :raises DumpError: when the file cannot be read, is damaged or is not UTF-8.
        """
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        place = 0
        try:
            for data in self._pieces():
                if place == 0:
                    _check_encoding(data)
                yield decoder.decode(data)
                place += len(data)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            pending = len(decoder.getstate()[0])
            raise DumpError(f"The file is not UTF-8: see byte {place - pending + error.start:,}.") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DumpError(f"The gzip file is damaged or not complete: {error}.") from None
        except OSError as error:
            raise DumpError(f"The file cannot be read: {error.strerror or error}.") from None

    def _pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            is_gzip = file.read(2) == GZIP
            file.seek(0)
            hashed = _Hashed(file, self._sha256)
            stream = gzip.GzipFile(fileobj=hashed) if is_gzip else hashed  # reads to the end, and checks it
            while data := stream.read(CHUNK):
                yield data


class _Hashed(io.RawIOBase):
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: BinaryIO, sha256: "hashlib._Hash") -> None:
        self._file, self._sha256 = file, sha256

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sha256.update(data)
        return data


def _check_encoding(head: bytes) -> None:
    if head.startswith(UTF_16) or b"\0" in head[:200]:
        raise DumpError("The file is UTF-16, not UTF-8: dump it again with --result-file, or convert it with iconv.")
