"""A member's data as CSV, in chunks that are read one after the other: no file is ever whole in memory.

The files that Mastodon has are written as Mastodon writes them, so that it can import them.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from follows import history
from follows.models import ArrivalReason, Block, DomainBlock, Follow, ListMember, Mute

CHUNK = 500  # rows that are read at once
FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n")  # a spreadsheet would run a cell that begins so
ADDRESS = "Account address"
Row = tuple[str, ...]


class File(NamedTuple):
    """One kind of file: its header, empty if it has none, which column is an address, and its rows."""

    header: Row
    address: int | None
    rows: Callable[[int], Iterator[Row]]


def lines(kind: str, account: int) -> Iterator[bytes]:
    """The file of this kind, in chunks; `kind` is one of `FILES`."""
    file = FILES[kind]
    return written(file.header, file.rows(account), file.address)


def written(header: Row, rows: Iterable[Row], address: int | None = None) -> Iterator[bytes]:
    """Rows as CSV, in chunks. Cells that a spreadsheet would run are made harmless, but for the column `address`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header:
        writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell if place == address else _harmless(cell) for place, cell in enumerate(row)])
        if number % CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


def plain(cell: str) -> str:
    """A cell as it was before it was made harmless."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def walk(rows: QuerySet[Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    """All rows, the newest first, by one short query for each chunk, so that concurrent changes do no harm."""
    before: dict[str, int] = {}
    while True:
        found = list(rows.filter(**before).order_by("-pk").values_list("pk", *columns)[:CHUNK])
        yield from (row[1:] for row in found)
        if len(found) < CHUNK:
            return
        before = {"pk__lt": found[-1][0]}


def _people(rows: QuerySet[Any], end: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The address of the account at one end of each edge, and further columns."""
    for username, domain, *more in walk(rows, f"{end}__username", f"{end}__domain", *columns):
        yield (address_of(username, domain), *more)


def address_of(username: str, domain: str) -> str:
    """The whole handle of an account, `alice@this.server`."""
    return f"{username}@{domain or settings.LOCAL_DOMAIN}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _flag(value: object) -> str:
    return "true" if value else "false"


def _following(account: int) -> Iterator[Row]:
    rows = Follow.objects.accepted().filter(follower=account)
    for address, boosts, notify, languages in _people(rows, "target", "show_reblogs", "notify", "languages"):
        yield address, _flag(boosts), _flag(notify), ", ".join(languages or [])


def _followers(account: int) -> Iterator[Row]:
    for address, since in _people(Follow.objects.accepted().filter(target=account), "follower", "accepted_at"):
        yield address, _moment(since)


def _requests(account: int) -> Iterator[Row]:
    for address, asked_at, reason, note in _people(
        Follow.objects.waiting().filter(target=account), "follower", "created_at", "reason", "note"
    ):
        yield address, _moment(asked_at), ArrivalReason(reason or ArrivalReason.LOCKED).name.lower(), note


def _sent(account: int) -> Iterator[Row]:
    rows = Follow.objects.pending().filter(follower=account)
    for address, asked_at, note in _people(rows, "target", "created_at", "note"):
        yield address, _moment(asked_at), note


def _mutes(account: int) -> Iterator[Row]:
    lasting = Mute.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), muter=account)
    for address, hides in _people(lasting, "target", "notices_too"):
        yield address, _flag(hides)


def _lists(account: int) -> Iterator[Row]:
    rows = ListMember.objects.filter(list__owner=account)
    for username, domain, title in walk(rows, "member__username", "member__domain", "list__title"):
        yield title, address_of(username, domain)


def _decisions(account: int) -> Iterator[Row]:
    after: int | None = None
    while True:
        found = history.history(account, history.Filter(), after, CHUNK)
        yield from _logged(found.rows)
        if found.after is None:
            return
        after = found.after


def _logged(entries: Iterable[history.Entry]) -> Iterator[Row]:
    entries = list(entries)
    known = Account.objects.filter(pk__in={entry.account for entry in entries})
    addresses = {pk: address_of(*name) for pk, *name in known.values_list("pk", "username", "domain")}
    for entry in entries:
        if address := addresses.get(entry.account):
            yield address, entry.kind.name.lower(), entry.by, entry.door, _moment(entry.decided_at)


FILES = {
    "following": File((ADDRESS, "Show boosts", "Notify on new posts", "Languages"), 0, _following),
    "followers": File((ADDRESS, "Since"), 0, _followers),
    "requests": File((ADDRESS, "Asked at", "Reason", "Note"), 0, _requests),
    "sent": File((ADDRESS, "Asked at", "Note"), 0, _sent),
    "blocks": File((), 0, lambda account: _people(Block.objects.filter(blocker=account), "target")),
    "mutes": File((ADDRESS, "Hide notifications"), 0, _mutes),
    "domain_blocks": File((), None, lambda account: walk(DomainBlock.objects.filter(account=account), "domain")),
    "lists": File((), 1, _lists),
    "decisions": File((ADDRESS, "Kind", "By", "Door", "Decided at"), 0, _decisions),
}
