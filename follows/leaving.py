"""The deletion of an account with all its data; the tallies of others stay right.

First it is suspended, in one transaction with its row in `Leaving`; nobody can undo that. Then its edges are deleted
in limited transactions, and its row last. A long deletion continues in the background (`background`), and a later
process can continue it (`resume`).
"""

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts import databases, grace, images, people
from accounts.access import Actor
from accounts.models import Account, BadgeRequest
from follows import background, changes, edges, journal
from follows.changes import Change
from follows.edges import Delta
from follows.locks import account_lock, lock_pairs, unlocked
from follows.models import (
    Approval,
    Archive,
    Batch,
    Block,
    Decision,
    Endorsement,
    Follow,
    FollowQuerySet,
    ImportRow,
    KeptOut,
    Leaving,
    ListMember,
    Mute,
    Note,
    Notice,
    Report,
    Tally,
)

CHUNK = 500  # rows deleted in one transaction
AT_ONCE = 100  # such transactions before the caller is answered
RESUMED = 1000  # accounts that a process goes on with at once
SERVER = Actor(None, "server")


class Tie(NamedTuple):
    """Some of the account's edges: how they end, who is at the other end, and which tallies count them."""

    ending: Decision.Kind
    edges: FollowQuerySet
    other: str
    others_column: str | None
    own_column: str | None


def delete_account(account: int, by: Actor = SERVER) -> None:
    """Delete an account with everything of its own: what there is usually within the call, the rest behind it.

    At once nobody sees it any more.
    """
    with unlocked():
        begun = begin(account, by)
    if begun and all(take_step(account) for _ in range(AT_ONCE)):
        transaction.on_commit(lambda: background.carry_on(take_step, account), databases.for_write(Leaving))


def begin(account: int, by: Actor) -> bool:
    """Suspend an account and begin its deletion, which cannot be stopped. False when there is no such account.

    It may be a part of the caller's transaction.
    """
    with databases.atomic(Leaving):
        if not Account.objects.select_for_update(no_key=True).filter(pk=account).exists():
            return False
        if not is_leaving(account):
            people.suspend(account)
            Leaving.objects.create(account_id=account, actor_id=by.account, door=by.door)
        return True


def begin_due(at_most: int = RESUMED) -> list[int]:
    """Begin to delete the accounts whose days of grace are over; returns their ids.

    Several processes may do this at once.
    """
    return [account for account in grace.over(at_most) if _begin_due(account)]


def _begin_due(account: int) -> bool:
    with databases.atomic(Account):  # its owner may be signing in just now
        return grace.is_over(account) and begin(account, Actor(account, "pages"))


def is_leaving(account: int) -> bool:
    """Return True if the account is being deleted."""
    return Leaving.objects.filter(account=account).exists()


def resume() -> None:
    """Continue unfinished work of an earlier process in the background."""
    for account in Leaving.objects.order_by("created_at").values_list("account_id", flat=True)[:RESUMED]:
        background.carry_on(take_step, account)


def finish(account: int) -> None:
    """Delete all that is left of an account whose deletion has begun."""
    while take_step(account):
        pass


def take_step(account: int) -> bool:
    """Delete some rows of an account in one transaction; False when nothing is left.

    Several processes may do this at once.
    """
    leaving = Leaving.objects.filter(account=account).first()
    if leaving is None:
        return False
    by = Actor(leaving.actor_id, leaving.door)
    return (
        any(_cut(account, tie, by) for tie in _ties(account))
        or any(_delete_some(rows) for rows in _traces(account))
        or not _delete_row(account)
    )


def _delete_row(account: int) -> bool:
    """False when something was tied to it since it was cleared: that goes first, its locks come before the row's."""
    with account_lock(account):
        row = Account.objects.select_for_update().filter(pk=account).first()
        if row is None:
            return True
        if any(rows.exists() for rows in (*(tie.edges for tie in _ties(account)), *_traces(account))):
            return False
        files, film = images.files_of(row), BadgeRequest.objects.filter(account=account).first()
        archive = Archive.objects.filter(account=account).first()
        row.delete()
        transaction.on_commit(lambda: images.remove(files), databases.for_write(Leaving))
        if film:
            transaction.on_commit(lambda: film.video.delete(save=False), databases.for_write(Leaving))
        if archive and archive.file:
            transaction.on_commit(lambda: archive.file.delete(save=False), databases.for_write(Leaving))
        return True


def _ties(account: int) -> list[Tie]:
    """All edges of the account, in parts that each count for the tallies in one way."""
    accepted, waiting = Follow.objects.accepted(), Follow.objects.waiting()
    aside = Follow.objects.pending().filter(aside=True)
    kind = Decision.Kind
    return [
        Tie(kind.REMOVED, accepted.filter(target=account), "follower", "following", "followers"),
        Tie(kind.REJECTED, waiting.filter(target=account), "follower", None, "requests"),
        Tie(kind.REJECTED, aside.filter(target=account), "follower", None, None),
        Tie(kind.UNFOLLOWED, accepted.filter(follower=account), "target", "followers", "following"),
        Tie(kind.CANCELLED, waiting.filter(follower=account), "target", "requests", None),
        Tie(kind.CANCELLED, aside.filter(follower=account), "target", None, None),
    ]


def _cut(account: int, tie: Tie, by: Actor) -> int:
    """Delete up to `CHUNK` edges with what they count for; returns how many there were."""
    with unlocked():
        found = list(tie.edges.order_by("pk").values_list("pk", f"{tie.other}_id")[:CHUNK])
        lock_pairs(account, [other for _, other in found])
        still = tie.edges.filter(pk__in=[pk for pk, _ in found])
        others = list(still.values_list(f"{tie.other}_id", flat=True))
        still.filter(**{f"{tie.other}__in": others}).delete()  # names both ends of each edge
        now = timezone.now()
        pairs = ((account, other) if tie.other == "target" else (other, account) for other in others)
        changes.after_commit(Change(tie.ending, follower, target, by, now) for follower, target in pairs)
        if tie.others_column:
            journal.hold(others)
            Tally.objects.filter(pk__in=others).update(**{tie.others_column: F(tie.others_column) - 1})
        if tie.own_column and others:
            edges.move({account: Delta(**{tie.own_column: -len(others)})})
        return len(found)


def _traces(account: int) -> list[QuerySet[Any]]:
    """Other rows of the account, of which there may be very many."""
    return [
        Notice.objects.filter(recipient=account),
        Notice.objects.filter(actor=account),
        Decision.objects.filter(follower=account),
        Decision.objects.filter(target=account),
        Batch.objects.filter(owner=account),
        KeptOut.objects.filter(owner=account),
        KeptOut.objects.filter(account=account),
        Approval.objects.filter(owner=account),
        Approval.objects.filter(account=account),
        Block.objects.filter(blocker=account),
        Block.objects.filter(target=account),
        Mute.objects.filter(muter=account),
        Mute.objects.filter(target=account),
        Note.objects.filter(author=account),
        Note.objects.filter(target=account),
        Endorsement.objects.filter(target=account),
        ListMember.objects.filter(member=account),
        Report.objects.filter(reporter=account),
        Report.objects.filter(target=account),
        ImportRow.objects.filter(job__account=account),
    ]


def _delete_some(rows: QuerySet[Any]) -> int:
    some = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    rows.filter(pk__in=some).delete()
    return len(some)
