"""An account leaves with everything that is its own; the others' tallies stay right.

First nobody can reach it any more, then its edges go in bounded transactions, at last its row. Should
the server die in between, the account stays suspended and `delete_account` can be called again.
"""

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet

from accounts import images, people
from accounts.models import Account, BadgeRequest
from follows.locks import account_lock, lock_pairs, lock_tallies
from follows.models import Block, Decision, Follow, FollowQuerySet, Notice, Report, Tally

CHUNK = 500  # rows deleted in one transaction


class Tie(NamedTuple):
    """Some of the account's edges: who is at the other end, and which tallies count them."""

    edges: FollowQuerySet
    other: str
    others_column: str | None
    own_column: str | None


def delete_account(account: int) -> None:
    """Delete an account that exists, and everything of its own."""
    people.suspend(account)
    _clear(account)
    while not _delete_row(account):
        _clear(account)


def _clear(account: int) -> None:
    for tie in _ties(account):
        while _cut(account, tie):
            pass
    for rows in _traces(account):
        while _delete_some(rows):
            pass


def _delete_row(account: int) -> bool:
    """False when something was tied to it since it was cleared: that goes first, its locks come before the row's."""
    with account_lock(account):
        row = Account.objects.select_for_update().filter(pk=account).first()
        if row is None:
            return True
        if any(rows.exists() for rows in (*(tie.edges for tie in _ties(account)), *_traces(account))):
            return False
        files, film = images.files_of(row), BadgeRequest.objects.filter(account=account).first()
        row.delete()
        transaction.on_commit(lambda: images.remove(files))
        if film:
            transaction.on_commit(lambda: film.video.delete(save=False))
        return True


def _ties(account: int) -> list[Tie]:
    """All edges of the account, in parts that each count for the tallies in one way."""
    accepted, waiting = Follow.objects.accepted(), Follow.objects.waiting()
    aside = Follow.objects.pending().filter(aside=True)
    return [
        Tie(accepted.filter(target=account), "follower", "following", "followers"),
        Tie(waiting.filter(target=account), "follower", None, "requests"),
        Tie(aside.filter(target=account), "follower", None, None),
        Tie(accepted.filter(follower=account), "target", "followers", "following"),
        Tie(waiting.filter(follower=account), "target", "requests", None),
        Tie(aside.filter(follower=account), "target", None, None),
    ]


def _cut(account: int, tie: Tie) -> int:
    """Delete up to `CHUNK` edges with what they count for; returns how many there were."""
    with transaction.atomic():
        found = list(tie.edges.order_by("pk").values_list("pk", f"{tie.other}_id")[:CHUNK])
        lock_pairs(account, [other for _, other in found])
        still = tie.edges.filter(pk__in=[pk for pk, _ in found])
        others = list(still.values_list(f"{tie.other}_id", flat=True))
        still.delete()
        lock_tallies([account, *others])
        if tie.others_column:
            Tally.objects.filter(pk__in=others).update(**{tie.others_column: F(tie.others_column) - 1})
        if tie.own_column:
            Tally.objects.filter(pk=account).update(**{tie.own_column: F(tie.own_column) - len(others)})
        return len(found)


def _traces(account: int) -> list[QuerySet[Any]]:
    """What else there may be very much of."""
    return [
        Notice.objects.filter(recipient=account),
        Notice.objects.filter(actor=account),
        Decision.objects.filter(follower=account),
        Decision.objects.filter(target=account),
        Block.objects.filter(blocker=account),
        Block.objects.filter(target=account),
        Report.objects.filter(target=account),
    ]


def _delete_some(rows: QuerySet[Any]) -> int:
    some = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    rows.filter(pk__in=some).delete()
    return len(some)
