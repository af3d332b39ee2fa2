"""All data of a member as one zip file, made in the background, and kept for a day.

One process claims the row and updates its time with each chunk. If that time is old, another process starts again. A
file is visible only when it is complete.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import databases, limits, lookup
from follows import background
from follows.data import contents
from follows.models import Archive

KEPT = timedelta(days=1)
SILENT = timedelta(minutes=2)  # after this a process that makes an archive has stopped
FOLDER = "archives"
RESUMED = 1000  # accounts that a process goes on with at once

_making: dict[int, Iterator[int]] = {}  # by account: what this process is writing


def request(account: int) -> None:
    """Request an archive, unless one is being made. It replaces the previous one.

    :raises limits.TooMany: when the account has reached its limit for today.
    :raises NoSuchAccount: when there is no such account.
    """
    with databases.atomic(Archive):
        lookup.for_update(account)
        before = Archive.objects.filter(account=account).first()
        if before and before.ready_at is None:
            return
        limits.charge((limits.ARCHIVES, account))
        if before:
            _delete(before)
        Archive.objects.create(account_id=account)
        transaction.on_commit(lambda: background.carry_on(take_step, account), databases.for_write(Archive))


def of(account: int) -> Archive | None:
    """The archive of an account, ready or being made; None when there is none, or its day is over."""
    archive = Archive.objects.filter(account=account).first()
    return None if archive and archive.ready_at and archive.ready_at <= timezone.now() - KEPT else archive


def resume() -> None:
    """Continue unfinished work of an earlier process in the background."""
    for account in unfinished()[:RESUMED]:
        background.carry_on(take_step, account)


def unfinished() -> QuerySet[Archive, int]:
    """The accounts whose archives nobody is making."""
    return _unfinished().values_list("account_id", flat=True)


def finish(account: int) -> bool:
    """Make all of an archive, unless another process is at it. Return True if it is ready."""
    while take_step(account):
        pass
    return Archive.objects.filter(account=account, ready_at__isnull=False).exists()


def take_step(account: int) -> bool:
    """Write one more chunk of an archive; False when there is nothing to do, or another process does it."""
    making = _making.get(account) or _begin(account)
    if making is None:
        return False
    _making[account] = making
    try:
        next(making)
    except StopIteration:
        _making.pop(account)
        return _unfinished().filter(account=account).exists()  # requested again meanwhile
    except BaseException:
        _making.pop(account)
        with suppress(DatabaseError, InterfaceError):  # the next try need not wait until the claim is old
            Archive.objects.filter(account=account, ready_at=None).update(beat_at=None)
        raise
    return True


def forget_old() -> int:
    """Delete archives whose day is over, and files that no row names; returns how many."""
    before = timezone.now() - KEPT
    old = list(Archive.objects.filter(ready_at__lte=before)[:RESUMED])
    for archive in old:
        with databases.atomic(Archive):
            _delete(archive)
    storage = _storage()
    with suppress(FileNotFoundError):
        files = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
        known = set(Archive.objects.exclude(file="").values_list("file", flat=True))
        for name in set(files) - known:
            if storage.get_modified_time(name) <= before:
                storage.delete(name)
    return len(old)


def _storage() -> Storage:
    return Archive._meta.get_field("file").storage


def _unfinished() -> QuerySet[Archive]:
    stopped = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - SILENT)
    primary = Archive.objects.using(databases.for_write(Archive))
    return primary.filter(stopped, ready_at=None, account__suspended_at=None)


def _begin(account: int) -> Iterator[int] | None:
    claim = secrets.token_hex(16)
    mine = _unfinished().filter(account=account).values("pk")
    if not Archive.objects.filter(pk__in=mine).update(claim=claim, beat_at=timezone.now(), done=0):
        return None
    return _make(account, claim)


def _make(account: int, claim: str) -> Iterator[int]:
    """Write the archive, and give the number of its files that are done after each chunk.

    It ends early when another process has claimed the archive, or it was deleted.
    """
    mine = Archive.objects.filter(account=account, claim=claim, ready_at=None)
    parts = contents.of(account)
    with tempfile.TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for done, part in enumerate(parts):
                info = ZipInfo(part.name, timezone.now().timetuple()[:6])
                info.compress_type = ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as member:
                    for chunk in part.chunks:
                        member.write(chunk)
                        if not mine.update(beat_at=timezone.now(), done=done, total=len(parts)):
                            return
                        yield done
        file.seek(0)
        storage = _storage()
        name = storage.save(f"{FOLDER}/{secrets.token_hex(16)}.zip", File(file))
    if not mine.update(file=name, ready_at=timezone.now(), done=len(parts)):
        storage.delete(name)


def _delete(archive: Archive) -> None:
    name, storage = archive.file.name, _storage()
    Archive.objects.filter(pk=archive.pk, claim=archive.claim).delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name), databases.for_write(Archive))
