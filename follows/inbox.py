"""An account's notices, as their recipient reads, ticks off and clears them. Who is told what is in `notices`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.statements import Write, each, given
from follows.models import Notice
from follows.paging import Page, Window


class Told(NamedTuple):
    """A notice. `actor` is the id of the account it is about."""

    id: int
    actor: int
    kind: int
    created_at: datetime
    seen: bool


def notices_to(recipient: int, kinds: Collection[Notice.Kind], window: Window) -> Page[Told]:
    """Of some kinds, newest first; those about suspended accounts are left out."""
    found = Notice.objects.filter(
        recipient=recipient,
        kind__in=kinds,
        actor__suspended_at=None,
        pk__lt=window.before,
        pk__gt=window.after,
    ).order_by("-pk")[: window.limit]
    rows = [Told._make(row) for row in found.values_list("pk", "actor_id", "kind", "created_at", "seen")]
    return Page([row.id for row in rows], rows, window.limit)


def mark_seen(recipient: int, told: Sequence[Told]) -> None:
    unseen = [row.id for row in told if not row.seen]
    if unseen:
        Notice.objects.filter(recipient=recipient, pk__in=unseen).update(seen=True)


def clear(recipient: int, ids: Collection[int]) -> None:
    """Delete notices of this recipient; other ids are passed over."""
    _CLEAR.run(recipient=recipient, ids=ids)


_CLEAR = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), pk__in=each("ids")))
