"""Pages of accounts that a member has blocked, muted, endorsed, or put on a list.

The rules of `queries` hold here too: pages of `Key`s, a fixed number of queries. Writes are in
`graph`, `marks`, `lists` and `bulk`.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.lookup import named
from accounts.statements import given
from follows.models import Block, Endorsement, ListMember, Mute
from follows.paging import Keyset, Page, Part, Window, part
from follows.policy import parted_from, unexpired
from follows.queries import Key, key_columns, page, pages


class Muted(NamedTuple):
    """A muted account, and the end of the mute; None if it has no end."""

    key: Key
    expires_at: datetime | None


class Marked(NamedTuple):
    """A blocked or muted account, with the start and the end of it; None if it has no end."""

    account: Key
    since: datetime
    until: datetime | None = None


def blocks(blocker: int, text: str, after: int | None, limit: int) -> Part[Marked]:
    """The accounts that a member blocks, newest first: those with the words of `text` in their names or bio."""
    return _marked(Block.objects.filter(blocker=blocker), text, after, limit)


def mutes(muter: int, text: str, after: int | None, limit: int) -> Part[Marked]:
    """The accounts that a member mutes, as `blocks`."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    return _marked(Mute.objects.filter(lasting, muter=muter), text, after, limit, "expires_at")


def _marked(rows: QuerySet[Any], text: str, after: int | None, limit: int, *more: str) -> Part[Marked]:
    everything = rows.filter(target__suspended_at__isnull=True)
    found = part(everything, everything.filter(named("target", text)), after, limit, *_MARKED, *more)
    return Part([Marked(Key(*row[1:5]), *row[5:]) for row in found.rows], found.after)


def blocked_by(blocker: int, window: Window) -> Page[Key]:
    """List the accounts that an account blocks, newest first, without suspended ones."""
    return page(_BLOCKED_BY, window, owner=blocker)


def muted_by(muter: int, window: Window) -> Page[Muted]:
    """List the accounts that an account mutes, newest first, without suspended ones."""
    rows = _MUTED_BY.cut(window, owner=muter, now=timezone.now())
    return Page([row[0] for row in rows], [Muted(Key._make(row[1:5]), row[5]) for row in rows], window.limit)


def endorsed_by(endorser: int, viewer: int | None, window: Window) -> Page[Key]:
    """List the accounts that an account endorses, by id, without those that the viewer cannot see."""
    if viewer is None or viewer == endorser:
        return page(_ENDORSED_BY, window, owner=endorser)
    return page(_ENDORSED_FOR, window, owner=endorser, viewer=viewer)


def members_of(list_id: int, window: Window) -> Page[Key]:
    """List the accounts on a list, by id. `lists.one` checks the owner."""
    return page(_MEMBERS_OF, window, owner=list_id)


def _endorsed() -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(endorser=given("owner"), target__suspended_at__isnull=True)


_MARKED = (*key_columns("target"), "created_at")
_BLOCKED_BY = pages(lambda: Block.objects.filter(blocker=given("owner"), target__suspended_at__isnull=True), "target")
_MUTED_BY = Keyset(
    lambda: Mute.objects.filter(unexpired(), muter=given("owner"), target__suspended_at__isnull=True),
    *key_columns("target"),
    "expires_at",
)
_ENDORSED_BY = pages(_endorsed, "target", "target_id")
_ENDORSED_FOR = pages(lambda: _endorsed().exclude(parted_from(given("viewer"), "target_id")), "target", "target_id")
_MEMBERS_OF = pages(
    lambda: ListMember.objects.filter(list=given("owner"), member__suspended_at__isnull=True), "member", "member_id"
)
