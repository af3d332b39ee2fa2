"""Compare the tallies with the edges, and correct them, in chunks of accounts.

Everyday changes of tallies are in `edges` and `journal`, in the transaction of their edge.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import databases
from accounts.models import Account
from follows.journal import noted
from follows.locks import lock_tallies
from follows.models import Follow, FollowQuerySet, Tally

COLUMNS = ("followers", "following", "requests")
CHUNK = 2000  # accounts looked at in one statement, and healed in one transaction


class Chunk(NamedTuple):
    """Count how many accounts were looked at, and how many of them had a wrong tally."""

    accounts: int
    wrong: int


def verify() -> Iterator[Chunk]:
    """Compare every account's tally with its edges. Right beside other writers: each chunk is one snapshot."""
    for first, last in _ranges():
        accounts = Account.objects.filter(pk__range=(first, last))
        yield Chunk(accounts.count(), len(_differing(accounts)))


def heal() -> Iterator[Chunk]:
    """Correct every wrong tally. Other writers can continue meanwhile."""
    for first, last in _ranges():
        accounts = Account.objects.filter(pk__range=(first, last))
        suspects = [tally.account_id for tally in _differing(accounts)]
        yield Chunk(accounts.count(), len(_heal(suspects)) if suspects else 0)


def _heal(accounts: list[int]) -> list[Tally]:
    """Under locks on their tallies, so that a change on its way is either counted or comes later."""
    # Before the transaction: a tally that is made in it is locked out of the order of all writers.
    Tally.objects.bulk_create([Tally(account_id=account) for account in accounts], ignore_conflicts=True)
    with databases.atomic(Tally):
        lock_tallies(accounts)
        return Tally.objects.bulk_create(
            _differing(Account.objects.filter(pk__in=accounts)),
            update_conflicts=True,
            update_fields=COLUMNS,
            unique_fields=["account"],
        )


def _ranges() -> Iterator[tuple[int, int]]:
    """The ids of all accounts, cut into ranges that hold `CHUNK` accounts."""
    last = 0
    while ids := list(Account.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids[0], ids[-1]
        last = ids[-1]


def _differing(accounts: QuerySet[Account]) -> list[Tally]:
    """Return the right tallies of those accounts whose tallies are wrong, beside the moves that are noted."""
    accepted, waiting = Follow.objects.accepted(), Follow.objects.waiting()
    rows = (
        accounts.annotate(
            followers=_count(accepted, "target") - noted("followers"),
            following=_count(accepted, "follower") - noted("following"),
            requests=_count(waiting, "target") - noted("requests"),
        )
        .order_by("pk")
        .values_list(
            "pk",
            *COLUMNS,
            *(Coalesce(F(f"tally__{name}"), 0) for name in COLUMNS),
        )
    )
    return [
        Tally(account_id=account, followers=followers, following=following, requests=requests)
        for account, followers, following, requests, *told in rows
        if [followers, following, requests] != told
    ]


def _count(edges: FollowQuerySet, end: str) -> Coalesce:
    """Count how many of the edges have the account at this end; read from the partial index alone."""
    counted = edges.filter(**{end: OuterRef("pk")}).order_by().values(end).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
