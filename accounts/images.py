"""Avatars and header pictures: checked, stripped of metadata, cropped, encoded again and stored.

A file is read first (`avatar`, `header`) and then given to an account, so that no write waits for a decoder. A process
of its own (`decoder`) decodes it, with limits of time and memory. Nothing of an uploaded file is kept but its pixels.
A header picture keeps its uncut original beside it, so that it can be cut again (`reposition`), and an avatar that
moves keeps a still one; their names tell of each other.
"""

import logging
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import databases, lookup, people, retries
from accounts.models import Account
from accounts.refused import Refused

FORMATS = ("JPEG", "PNG", "GIF")
MOST_BYTES = 24_000_000
MOST_PIXELS = 4096 * 4096
DECODER = [sys.executable, "-I", str(Path(__file__).with_name("decoder.py"))]
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}  # no secrets
PATIENCE = 20  # seconds for one picture; the decoder's own limit of 5 counts only while it has the processor
WAITING = retries.Room(8)  # pictures that wait for the decoder or are in it
logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()
REFUSED = 3  # the decoder's exit code
ENDINGS = {b"GIF8": "gif", b"RIFF": "webp", b"\x89PNG": "png"}


class BadImage(Refused):
    """The file is not a picture, or not a supported one.

    The text is the end of a sentence that begins with the name of the field.
    """


class Avatar(NamedTuple):
    """A square JPEG, and the moving square, which is empty for a picture that stands still."""

    still: bytes
    moving: bytes = b""


class Header(NamedTuple):
    """Two JPEGs: the uncut picture, and a part of it, which begins `top` pixels below its upper edge."""

    original: bytes
    part: bytes
    top: int = 0


def avatar(file: "File[Any]", formats: tuple[str, ...] = FORMATS, place: int = 50) -> Avatar:
    """A picture to become an avatar: a square of it.

    `place` is where it lies on the longer side, 0 to 100; without it around the middle.

    :raises BadImage: when the file is none of `formats`, broken, or larger than the limits.
    """
    return Avatar(*_decoded(_read(file), "avatar", str(place), *formats))


def header(file: "File[Any]", formats: tuple[str, ...] = FORMATS, place: int = 0) -> Header:
    """A picture to become a header picture: as wide as these, and at least as high.

    `place` is which part of it is shown, from 0, the upper one, to 100.

    :raises BadImage: when the file is none of `formats`, broken, or larger than the limits.
    """
    original, part, top = _decoded(_read(file), "header", str(place), *formats)
    return Header(original, part, int(top))


def set_avatar(account: Account, picture: Avatar) -> str:
    """Give an account a new avatar; returns its stored name."""
    base = f"avatars/{_fresh()}"
    name = _store(picture.still, f"{base}_thumbnail_512x512.jpg")
    if picture.moving:
        name = _store(picture.moving, f"{base}_moving.{ENDINGS[picture.moving[:4]]}")
    return _replace(account, "avatar", name)


def set_header(account: Account, picture: Header) -> str:
    """Give an account a new header picture; returns its stored name."""
    base = f"headers/{_fresh()}"
    _store(picture.original, original_of(f"{base}-"))
    name = _store(picture.part, _header_name(base, picture.top))
    return _replace(account, "header", name)


def drop_avatar(account: Account) -> None:
    """Leave an account without an avatar."""
    _replace(account, "avatar", "")


def drop_header(account: Account) -> None:
    """Leave an account without a header picture."""
    _replace(account, "header", "")


def reposition(account: Account, top: int) -> str:
    """Cut the header picture again, `top` pixels below the upper edge of its original, 600 wide.

    :raises BadImage: when the account has no header picture.
    """
    old = account.header.name or ""
    if not old:
        raise BadImage
    try:
        with default_storage.open(original_of(old)) as file:
            cut, place = _decoded(file.read(), "cut", str(top))
    except FileNotFoundError:
        raise BadImage from None
    name = _header_name(old.partition("-")[0], int(place))
    if name == old:
        return old
    return _replace(account, "header", _store(cut, name))


def still_of(name: str) -> str:
    """The stored name of an avatar that stands still: its own, unless it moves."""
    base, moves, _ = name.partition("_moving.")
    return f"{base}_thumbnail_512x512.jpg" if moves else name


def original_of(name: str) -> str:
    """The stored name of the uncut original of a header picture."""
    return f"{name.partition('-')[0]}-original.jpg" if name else ""


def files_of(account: Account) -> list[str]:
    """The stored names of all of an account's pictures."""
    return [name for file in (account.avatar, account.header) for name in _files(file.name or "")]


def _read(file: "File[Any]") -> bytes:
    if file.seek(0, 2) > MOST_BYTES:
        raise BadImage(too_large(MOST_BYTES))
    file.seek(0)
    return bytes(file.read())


def too_large(most: int) -> str:
    """Return the error for a file of more than so many bytes."""
    return f"is too large: the file may have at most {most // 1_000_000} MB"


def _decoded(data: bytes, *task: str) -> list[bytes]:
    """Decode a picture and return the result; the worker answers other requests meanwhile.

    :raises BadImage: when the decoder refuses, needs more than it may have, or has too much to do.
    """
    return retries.aside(("picture", task), lambda: _decode(data, *task), WAITING, BadImage(BUSY))


def _decode(data: bytes, *task: str) -> list[bytes]:
    with _one_at_a_time:
        return _run_decoder(data, *task)


def _run_decoder(data: bytes, *task: str) -> list[bytes]:
    try:
        done = subprocess.run(  # noqa: S603  # a program of ours with words of ours
            [*DECODER, *task],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env=ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadImage(TOO_HARD) from None
    if done.returncode:
        raise BadImage(done.stdout.decode() if done.returncode == REFUSED else TOO_HARD)
    lengths, _, files = done.stdout.partition(b"\n")
    parts, begin = [], 0
    for length in orjson.loads(lengths):
        parts.append(files[begin : begin + length])
        begin += length
    return parts


BUSY = "cannot be read now, because others are being read; please try again in a minute"
TOO_HARD = "takes too long or too much memory to be read"


def _store(encoded: bytes, name: str) -> str:
    """:raises BadImage: when the disk is full, or the storage of the files is away."""
    try:
        return default_storage.save(name, ContentFile(encoded))
    except OSError as error:
        logger.warning("A picture cannot be stored: %s", error)
        raise BadImage(NOT_STORED) from error


NOT_STORED = "cannot be stored now; please try again later"


def _replace(account: Account, column: str, name: str) -> str:
    """Make a stored picture the account's, and delete what it replaces, even if that is newer than `account`.

    :raises NoSuchAccount: when the account was deleted meanwhile; the picture is gone then, too.
    """
    try:
        with databases.atomic(Account):
            old = getattr(lookup.for_update(account.pk), column).name or ""
            people.change(account.pk, **{column: name})
            transaction.on_commit(lambda: remove(_files(old), kept=name), databases.for_write(Account))
    except BaseException:  # also when the request starts again
        remove(_files(name), kept=getattr(account, column).name or "")
        raise
    setattr(account, column, name)
    return name


def _files(name: str) -> list[str]:
    """The stored names of one picture: its own, and that of its uncut original or its still one."""
    beside = original_of(name) if "-" in name else still_of(name)
    return [file for file in dict.fromkeys((name, beside)) if file]


def remove(names: Iterable[str], kept: str = "") -> None:
    """Delete stored files, but those of the picture that is `kept`."""
    for name in set(names) - set(_files(kept)):
        try:
            default_storage.delete(name)
        except OSError as error:  # the change that made it superfluous is done
            logger.warning("A picture that nobody needs cannot be deleted: %s: %s", name, error)


def _fresh() -> str:
    """The beginning of a name that nobody can guess."""
    return f"{timezone.now():%Y/%m}/{secrets.token_hex(16)}"


def _header_name(base: str, top: int) -> str:
    return f"{base}-{top}_image_cover_600x200.jpg"
