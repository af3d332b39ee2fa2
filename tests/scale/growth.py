"""A graph of any size, by COPY: everybody follows `EACH` accounts, one of which everybody follows.

A tenth of the accounts ask one locked account. Indexes and foreign keys of the edges are made after the COPY, as
`pg_restore` does it.
"""

import random
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.db.models import Model

from accounts.models import Account, SearchText
from follows.models import Follow, Tally
from follows.seeding import Seeder
from tests.factories import AccountFactory

EACH = 200  # follows of an account
PART = 2_000  # followers in one block of text
PEOPLE = (Account, SearchText, Tally)
Say = Callable[[str], None]


def grow(edges: int, say: Say) -> None:
    """Add accounts and edges until there are about so many edges; the older accounts follow nobody new."""
    star, owner = _named("star"), _named("owner", locked=True)
    first = len(_ids())
    searched = take_off(SearchText)
    seconds, _ = timed(lambda: sum(Seeder(1).accounts(max(edges // EACH - first, 0))) + run(*searched))
    ids = _ids()
    say(f"\n{edges:,} edges\n\n{len(ids) - first:,} accounts at {(len(ids) - first) / seconds:,.0f} a second")
    definitions = take_off(Follow)
    copied, added = timed(lambda: _copy("accepted_at", _follows(ids, first, star, owner)))
    say(f"{added:,} edges by COPY at {added / copied:,.0f} a second")
    _copy("note", _requests(ids[first::10], owner))
    indexed, _ = timed(lambda: run(*definitions))
    say(f"{added / (copied + indexed):,.0f} a second with indexes and foreign keys made after it")
    run("TRUNCATE follows_tally", TALLIES, "ANALYZE")


def sizes() -> dict[str, tuple[int, int]]:
    """Bytes on disk of each table and index, and the rows of its table."""
    found = {}
    for model in (Follow, *PEOPLE):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            (rows,) = cursor.fetchone()
            cursor.execute(
                "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE oid = %s::regclass UNION ALL"
                " SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes"
                " WHERE relid = %s::regclass",
                [table, table],
            )
            found |= {name: (size, rows) for name, size in cursor.fetchall()}
    return found


def _named(username: str, **values: bool) -> int:
    account = Account.objects.filter(username=username).first() or AccountFactory(username=username, **values)
    return int(account.pk)


def _ids() -> list[int]:
    return list(Account.objects.order_by("pk").values_list("pk", flat=True))


def _follows(ids: list[int], first: int, star: int, owner: int) -> Iterator[str]:
    """The follows of each account from the first one on, as blocks of text: each goes to another account."""
    chance = random.Random(len(ids))
    others = {account: f"\t{account}\t2026-11-01\n" for account in ids}
    ends, count = [others[account] for account in ids] * 2, len(ids)
    never = {others[star], others[owner]}
    for start in range(first, count, PART):
        steps = chance.sample(range(1, count), min(EACH, count) - 1)
        lines: list[str] = []
        for place in range(start, min(start + PART, count)):
            me = str(ids[place])
            lines += [me + end for step in steps if (end := ends[place + step]) not in never]
            if ids[place] != star:
                lines.append(me + others[star])
        yield "".join(lines)


def _requests(ids: list[int], owner: int) -> Iterator[str]:
    return (f"{one}\t{owner}\t\n" for one in ids if one != owner)


def _copy(column: str, blocks: Iterator[str]) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY follows_follow (follower_id, target_id, {column}) FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        return int(cursor.rowcount)


def take_off(model: type[Model]) -> list[str]:
    """Drop the constraints and indexes of a table; gives the statements that make them again."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype <> 'n' ORDER BY contype = 'f', contype <> 'p'",
            [table],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [table],
        )
        indexes = cursor.fetchall()
    run(
        *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, _ in constraints),
        *(f"DROP INDEX {name}" for name, _ in indexes),
    )
    added = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}" for name, text in constraints]
    return [*(text for _, text in indexes), *added]


def run(*statements: str) -> int:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return len(statements)


def timed(act: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    done = act()
    return time.perf_counter() - started, done


TALLIES = """
    INSERT INTO follows_tally (account_id, followers, following, requests)
    SELECT id, coalesce(followers, 0), coalesce(following, 0), coalesce(requests, 0)
    FROM accounts_account
    LEFT JOIN (
        SELECT target_id, count(accepted_at) AS followers, count(*) - count(accepted_at) AS requests
        FROM follows_follow GROUP BY target_id
    ) AS coming ON target_id = id
    LEFT JOIN (
        SELECT follower_id, count(*) AS following FROM follows_follow WHERE accepted_at IS NOT NULL GROUP BY follower_id
    ) AS going ON follower_id = id"""
