"""Previews of imports: a file is stored, and read some lines at a time, in the background if it is long.

If a process stops, another one continues after the last line.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts import databases, lookup
from accounts.access import Actor
from accounts.models import Account
from accounts.validation import Fault, Invalid, Problem
from follows import background
from follows.data import applying, reading
from follows.models import Import, ImportKind, ImportResult, ImportRow, ImportState, Outlook

READ_AT_ONCE = 500  # lines


def receive(account: int, data: bytes, name: str, kind: ImportKind | None, by: Actor, *, overwrite: bool) -> Import:
    """Store a file and make a preview of it; nothing else is changed. Without a kind, the kind is detected.

    A short file is read immediately, and the rest of a long one in the background.

    :raises Invalid: when the file cannot be read, as `reading.check`, or one of its kind is being imported.
    """
    job = _received(account, data, name, kind, by, overwrite=overwrite)
    take_step(account)
    if _job(job).state == ImportState.READING:
        transaction.on_commit(lambda: background.carry_on(take_step, account), databases.for_write(Import))
    return job


def preview(account: int, data: bytes, name: str, kind: ImportKind | None, by: Actor, *, overwrite: bool) -> Import:
    """As `receive`, and read it all."""
    job = _received(account, data, name, kind, by, overwrite=overwrite)
    while take_step(account):
        pass
    return _job(job)


def check_free(account: int, kind: ImportKind) -> None:
    """Only one file of a kind is imported at a time.

    :raises Invalid: while there is one.
    """
    if Import.objects.filter(account=account, kind=kind, state=ImportState.RUNNING).exists():
        raise _refusal("kind", _("A file of this kind is being imported. Wait until it is done, or stop it."))


def take_step(account: int) -> bool:
    """Read some lines of the oldest file of an account; False when nothing is left.

    Several processes may do this at the same time. When a file is read, an earlier preview of its kind is deleted.
    """
    primary = databases.for_write(Import)
    job = Import.objects.using(primary).filter(account=account, state=ImportState.READING).order_by("pk").first()
    if job is None:
        return False
    read = job.rows.using(primary).aggregate(last=Max("line"))["last"] or 0
    lines = list(islice(reading.lines(ImportKind(job.kind), bytes(job.file), after=read), READ_AT_ONCE))
    rows = _foreseen(job, lines)
    with databases.atomic(Import):
        lookup.for_update(account)
        if not Import.objects.filter(pk=job.pk, state=ImportState.READING).exists():
            return True  # stopped just now
        ImportRow.objects.bulk_create(rows, ignore_conflicts=True)
        if len(lines) < READ_AT_ONCE:
            Import.objects.filter(account=account, kind=job.kind, state=ImportState.PREVIEW).delete()
            Import.objects.filter(pk=job.pk).update(state=ImportState.PREVIEW, file=b"")
    return True


def resolve(job: Import, rows: Sequence[ImportRow]) -> None:
    """Find the accounts that the handles mean, in one query. The suspended can be blocked and muted alone."""
    if job.kind == ImportKind.DOMAIN_BLOCKS or not rows:
        return
    accounts = Account.objects.filter(unconfirmed=False).annotate(lowered=Lower("username"))
    if job.kind in {ImportKind.FOLLOWING, ImportKind.LISTS}:
        accounts = accounts.filter(suspended_at=None)
    names = {row.subject.partition("@")[0] for row in rows}
    found = accounts.filter(lowered__in=names).values_list("lowered", "domain", "pk")
    by_handle = {f"{name}@{domain}".removesuffix("@"): pk for name, domain, pk in found}
    for row in rows:
        row.target = by_handle.get(row.subject)


def _received(account: int, data: bytes, name: str, kind: ImportKind | None, by: Actor, *, overwrite: bool) -> Import:
    """The import that is to be read; it takes the place of one of its kind that is not read yet."""
    kind = kind or reading.kind_of(name, data)
    if kind is None:
        raise _refusal("kind", _("The server cannot detect the type of the file. Please choose it."))
    check_free(account, kind)
    reading.check(kind, data)
    with databases.atomic(Import):
        lookup.for_update(account)
        Import.objects.filter(account=account, kind=kind, state=ImportState.READING).delete()
        return Import.objects.create(account_id=account, kind=kind, overwrite=overwrite, door=by.door, file=data)


def _job(job: Import) -> Import:
    job.refresh_from_db(fields=["state"])
    return job


def _foreseen(job: Import, lines: Iterable[reading.Line]) -> list[ImportRow]:
    """The lines as rows. A line that repeats an earlier one is known."""
    rows = [ImportRow(job=job, outlook=Outlook.NEW, **line._asdict()) for line in lines]
    for row in rows:
        if not row.subject:
            row.outlook, row.result = Outlook.INVALID, ImportResult.INVALID
    readable = [row for row in rows if row.subject]
    resolve(job, readable)
    known = applying.known(job, readable) | applying.read_before(job, readable)
    for row in readable:
        key = applying.key_of(job, row)
        if job.kind != ImportKind.DOMAIN_BLOCKS and row.target is None:
            row.outlook = Outlook.UNKNOWN
        elif key in known:
            row.outlook = Outlook.KNOWN
        known.add(key)
    return rows


def _refusal(field: str, reason: str) -> Invalid:
    return Invalid([Fault(field, Problem.NOT_ACCEPTED, reason=reason)])
