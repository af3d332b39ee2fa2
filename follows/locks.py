"""The pair lock: of all writes about two accounts, one at a time.

Without it a follow racing a block leaves the pair followed and blocked. SQLite needs no lock:
its IMMEDIATE transactions come one after the other.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from follows.models import Tally


@contextmanager
def pair_lock(one: int, other: int) -> Iterator[None]:
    """A transaction that holds the lock of this pair, in whichever order it is named, to its end."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [min(one, other), max(one, other)])
        yield


def lock_pairs(one: int, others: Iterable[int]) -> None:
    """Within a transaction, take the locks of one account with many others, always in the same order."""
    if connection.vendor == "postgresql":
        pairs = sorted((min(one, other), max(one, other)) for other in others)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(low, high) FROM unnest(%s::int[], %s::int[]) AS pair(low, high)",
                [[low for low, _ in pairs], [high for _, high in pairs]],
            )


def lock_tallies(accounts: Iterable[int]) -> None:
    """Within a transaction, take the rows of many tallies in the order in which all writers take them."""
    if connection.vendor == "postgresql":
        list(Tally.objects.filter(account__in=accounts).order_by("account").select_for_update().values_list("pk"))
