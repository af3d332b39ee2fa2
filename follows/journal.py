"""Tallies that many writers move at once.

On PostgreSQL a tally's row is held by the transaction that moves it, until the disk has its commit. A writer that finds
the row held does not wait: it notes the move in `TallyMove`, in its own transaction, and adds what was noted to the row
right after its commit (`settle`), in a transaction that waits for no disk. If the process ends in between, the next
writer of the account adds it, or `resume`. So a tally and its noted moves together always say what the edges say.

SQLite has one writer at a time and notes nothing.
"""

import time
from collections.abc import Iterable
from functools import partial

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts import databases
from accounts.statements import Write, given
from follows import background
from follows.locks import lock_tallies
from follows.models import Tally, TallyMove

BUSY = 10.0  # seconds for which a row counts as held after it was found held
REMEMBERED = 1_000  # accounts whose row was found held
RESUMED = 1_000  # accounts whose moves are added at once

_busy: dict[int, float] = {}  # account -> until when, on the machine's clock that never jumps


def move(account: int, *, followers: int, following: int, requests: int) -> None:
    """Within a transaction, move a tally by these numbers, at once or right after the commit."""
    values = {"account": account, "followers": followers, "following": following, "requests": requests}
    several = databases.writing(Tally).vendor == "postgresql"
    if (_move_or_note(values) if several else _MOVE.count(**values)) == 0:
        _BEGIN.run(account=account)
        _MOVE.run(**values)


def _move_or_note(values: dict[str, int]) -> int:
    """Return the number of rows that were moved or noted: 0 if the account has no tally yet."""
    account = values["account"]
    if _busy.get(account, 0) < time.monotonic() and _MOVE_IF_FREE.count(**values):
        return 1
    noted = _NOTE.count(**values)
    if noted:
        if len(_busy) >= REMEMBERED:
            _busy.clear()
        _busy[account] = time.monotonic() + BUSY
        transaction.on_commit(partial(_settle_soon, account), databases.for_write(Tally))
    return noted


def _settle_soon(account: int) -> None:
    """Before the caller is answered, unless something holds the row for long, or the database is away."""
    try:
        settle(account)
    except DatabaseError:
        background.carry_on(settle, account)


def settle(account: int) -> None:
    """Add the moves that are noted for an account to its tally.

    All in one message to the database, so that the row is held for no longer than it takes there. If a crash of the
    database undoes that, it is undone whole, and the moves are noted as before.
    """
    connection = databases.writing(Tally)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.create_cursor().execute(_SETTLE.format(account=int(account)), prepare=False)


def hold(accounts: Iterable[int]) -> None:
    """Within a transaction, take the rows of many tallies, in the order of all writers, with all moves added."""
    if databases.writing(Tally).vendor == "postgresql":
        ids = list(accounts)
        lock_tallies(ids)
        with databases.writing(Tally).cursor() as cursor:
            cursor.execute(_ADD.format(accounts="ANY(%s)"), [ids])


def left() -> list[int]:
    """The accounts of which moves are noted."""
    return list(TallyMove.objects.order_by().values_list("account", flat=True).distinct()[:RESUMED])


def resume() -> None:
    """Add the moves that a stopped process left, behind the caller."""
    for account in left():
        background.carry_on(settle, account)


def noted(column: str) -> Coalesce:
    """By how much the moves that are noted move this column of the account of the outer query."""
    moves = TallyMove.objects.filter(account=OuterRef("pk")).order_by().values("account").annotate(moved=Sum(column))
    return Coalesce(Subquery(moves.values("moved"), output_field=IntegerField()), 0)


_COLUMNS = ("followers", "following", "requests")
_MOVES = {column: F(column) + given(column) for column in _COLUMNS}
_BEGIN = Write.insert(lambda: Tally(account_id=given("account")), after=" ON CONFLICT DO NOTHING")
_MOVE = Write.update(lambda: Tally.objects.filter(pk=given("account")), **_MOVES)
# Not while moves are noted: the row alone may be less than what is taken off.
_MOVE_IF_FREE = Write.update(
    lambda: Tally.objects.filter(
        ~Exists(TallyMove.objects.filter(account=given("account"))),
        pk__in=Tally.objects.filter(pk=given("account")).select_for_update(skip_locked=True, no_key=True).values("pk"),
    ),
    **_MOVES,
)
_NOTE = Write.copy(
    TallyMove,
    lambda: Tally.objects.filter(pk=given("account")),
    account=F("pk"),
    **{column: given(column, IntegerField()) for column in _COLUMNS},
)
_ADD = """
    WITH noted AS (
        DELETE FROM follows_tallymove WHERE account_id = {accounts} RETURNING account_id, followers, following, requests
    ), moved AS (
        SELECT account_id, sum(followers) AS followers, sum(following) AS following, sum(requests) AS requests
        FROM noted GROUP BY account_id
    )
    UPDATE follows_tally t
    SET followers = t.followers + moved.followers, following = t.following + moved.following,
        requests = t.requests + moved.requests
    FROM moved WHERE t.account_id = moved.account_id"""

# Several statements in one message are one transaction, and each sees what was committed before it began.
_SETTLE = ";".join(
    (
        "SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '1s', true)",
        "SELECT FROM follows_tally WHERE account_id = {account} FOR NO KEY UPDATE",
        _ADD.format(accounts="{account}"),
    )
)
