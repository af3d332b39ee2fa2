"""The locks, and their order. Every lock is held to the end of its transaction.

Each is taken before the first statement of its block. All take them in one order, so that none waits for one that
waits for it: pairs, accounts, the rows of accounts (which a commit shares for every new row that names them), tallies;
of a kind by their ids.

The pair lock: of all writes about two accounts, one at a time. Without it a follow racing a block
leaves the pair followed and blocked. SQLite needs none of these: its IMMEDIATE transactions come
one after the other.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache

from django.db import connections, transaction

from accounts import databases
from accounts.compiled import Compiled
from accounts.statements import Statement, each, given
from follows.models import Follow, Tally

PAIR = "pg_advisory_xact_lock(%s, %s)"
ALONE, SHARED = "pg_advisory_xact_lock(%s)", "pg_advisory_xact_lock_shared(%s)"


def pair_lock(one: int, other: int) -> AbstractContextManager[None]:
    """Open a transaction that holds the lock of this pair, in any order."""
    return _transaction(PAIR, *sorted((one, other)))


def tie_lock(follower: int, target: int) -> AbstractContextManager[None]:
    """Do as `pair_lock`, for writes that may create a tie: one at a time for a follower, any number for a target.

    They wait for the `account_lock` of either account.
    """
    first, second = (ALONE, SHARED) if follower < target else (SHARED, ALONE)
    ids = sorted((follower, target))
    return _transaction(f"{PAIR}, {first}, {second}", *ids, *ids)


@contextmanager
def pairs_lock(one: int, others: Iterable[int]) -> Iterator[None]:
    """Do as `pair_lock`, for one account with each of several others."""
    with unlocked():
        lock_pairs(one, others)
        yield


def account_lock(account: int) -> AbstractContextManager[None]:
    """A transaction beside which the account is tied to nobody, and nobody to it."""
    return _transaction(ALONE, account)


def unlocked() -> AbstractContextManager[None]:
    """Open the transaction of a write that needs none of these locks, or takes them later."""
    return _transaction()


@contextmanager
def embedded() -> Iterator[None]:
    """Within, a write of the graph may be part of the caller's own transaction, which then holds its locks to the end.

    Elsewhere that is an error: the write would be undone with the caller's transaction after it was reported as done.
    """
    token = _EMBEDDED.set(True)
    try:
        yield
    finally:
        _EMBEDDED.reset(token)


_EMBEDDED: ContextVar[bool] = ContextVar("embedded", default=False)


@contextmanager
def _transaction(locks: str = "", *keys: int) -> Iterator[None]:
    """:raises RuntimeError: inside another transaction, unless `embedded`."""
    connection = databases.writing(Follow)
    with transaction.atomic(connection.alias, durable=not _EMBEDDED.get()):
        if locks and connection.vendor == "postgresql":
            _locking(connection.alias, locks).run_later(connection.alias, dict(zip(_KEYS, keys, strict=False)))
        yield


_KEYS = ("1", "2", "3", "4")


@cache
def _locking(alias: str, locks: str) -> Compiled:
    return Compiled(connections[alias], f"SELECT {locks}", [given(key) for key in _KEYS[: locks.count("%s")]])


def lock_pairs(one: int, others: Iterable[int]) -> None:
    """Within a transaction, take the locks of one account with many others, always in the same order."""
    connection = databases.writing(Follow)
    if connection.vendor == "postgresql":
        pairs = sorted((min(one, other), max(one, other)) for other in others)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(low, high) FROM unnest(%s::int[], %s::int[]) AS pair(low, high)",
                [[low for low, _ in pairs], [high for _, high in pairs]],
            )


def lock_tallies(accounts: Iterable[int]) -> None:
    """Within a transaction, take the rows of many tallies in the order in which all writers take them."""
    if databases.writing(Tally).vendor == "postgresql":
        _TALLIES.rows(accounts=accounts)


_TALLIES: Statement[tuple[int]] = Statement(
    None,
    lambda _: (
        Tally.objects.filter(account__among=each("accounts"))
        .order_by("account")
        .select_for_update()
        .values_list("account")
    ),
)
