"""Create many accounts and edges for tests and benchmarks; the same seed gives the same graph.

Rows are written in bulk, past `people` and `graph`, and are what these would have written, without
notices. Each batch is one transaction that moves its tallies too. Memory does not grow with the graph.
"""

from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max
from django.utils import timezone

from accounts import bulk, databases
from accounts.models import Account
from accounts.searching import SearchText, folded
from follows.models import Follow, Tally

BATCH = 20_000  # rows in one transaction; the only thing held in memory
SPAN = timedelta(days=300)  # how far back the made-up past reaches

FIRST_NAMES = """Ada Amara Anders Beatriz Chidi Clara Daniel Dilara Elif Emil Fatima Felix Greta Hana Hugo Ines Ivan
Jamal Jonas Kaito Lena Lucía Luis Maja Marek Mei Milan Naomi Nils Noor Olga Omar Paula Priya Rosa Samir Selma Sofia
Tomás Yara""".split()  # noqa: SIM905  # readable
LAST_NAMES = """Adeyemi Andersen Bauer Bianchi Castillo Costa Demir Dubois Eriksen Fischer García Haddad Hansen Horvat
Ito Jansen Kaya Keller Kowalski Kumar Larsen Lopez Mbeki Meyer Moreau Nakamura Nguyen Novak Okafor Olsen Petrov
Ricci Rossi Santos Schmidt Silva Tanaka Vargas Weber Yilmaz""".split()  # noqa: SIM905  # readable
NOTES = (
    "",
    "{} in {}.",
    "{}. Mostly harmless. {}.",
    "I write about {} and sometimes about {}.",
    "{} by day, {} by night.",
)
TOPICS = """bicycles bread bridges chess choirs cinema climbing coffee comics football gardens history islands jazz
knitting libraries maps mushrooms owls photography poetry radio rivers sailing science tea trains typography walking
winter""".split()  # noqa: SIM905  # readable


class Seeder:
    """One run. `accounts` comes first: edges are made between the accounts of the run."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  # no secrets
        self._now = timezone.now()
        self._starts: list[int] = []  # the first id of each batch of accounts
        self._count = 0

    def accounts(self, count: int) -> Iterator[int]:
        """Make accounts; gives the size of each part of a batch once it is written."""
        number = _highest_id() + 1  # user names end in a number that no earlier run used
        rows = (self._account(number + index, _at(self._now, index, count)) for index in range(count))
        blank = Account(password=make_password(None))
        for batch in _batches(rows):
            with databases.atomic(Account):
                if _primary().vendor == "postgresql":  # no other process may take an id in between
                    with _primary().cursor() as cursor:
                        cursor.execute(f"LOCK TABLE {bulk.table_of(Account)} IN SHARE ROW EXCLUSIVE MODE")
                yield from bulk.insert(blank, batch)
                start = _highest_id() - len(batch) + 1
                texts = [{"account": start + place} | folded(row) for place, row in enumerate(batch)]
                deque(bulk.insert(SearchText(), texts), maxlen=0)
                self._starts.append(start)
            self._count += len(batch)

    def requests(self, owner: int, count: int) -> Iterator[int]:
        """Let the first `count` accounts ask `owner`; gives the size of each part of a batch once it is written."""
        rows = (
            {"follower": self._id(index), "target": owner, "created_at": _at(self._now, index, count)}
            for index in range(count)
        )
        for batch in _batches(rows):
            with databases.atomic(Account):
                yield from bulk.insert(Follow(), batch)
                _tally(requests=Counter({owner: len(batch)}))

    def follows(self, count: int) -> Iterator[int]:
        """Let the accounts follow one another evenly; gives the size of each part of a batch once it is written."""
        each = -(-count // max(self._count, 1))  # as many for every follower, rounded up
        steps = self._random.sample(range(1, self._count), each) if each else []
        rows = (
            self._follow(index // each, steps[index % each], _at(self._now, index, count)) for index in range(count)
        )
        for batch in _batches(rows):
            with databases.atomic(Account):
                yield from bulk.insert(Follow(), batch)
                _tally(
                    followers=Counter(row["target"] for row in batch),
                    following=Counter(row["follower"] for row in batch),
                )

    def _account(self, number: int, at: datetime) -> dict[str, Any]:
        choice = self._random.choice
        first, last = choice(FIRST_NAMES), choice(LAST_NAMES)
        username = f"{first}_{last}_{number}".lower().translate(PLAIN)
        return {
            "username": username,
            "email": f"{username}@example.org",
            "display_name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "note": choice(NOTES).format(choice(TOPICS), choice(TOPICS)).capitalize(),
            "created_at": at,
            "last_active_at": at,
        }

    def _follow(self, follower: int, step: int, at: datetime) -> dict[str, Any]:
        """Every step from an account leads to another target, so that no pair comes twice."""
        target = (follower + step) % self._count
        return {"follower": self._id(follower), "target": self._id(target), "created_at": at, "accepted_at": at}

    def _id(self, index: int) -> int:
        return self._starts[index // BATCH] + index % BATCH


PLAIN = str.maketrans("áí", "ai")


def _at(now: datetime, index: int, count: int) -> datetime:
    """Evenly spread over the past, the last one just now."""
    return now - SPAN * ((count - 1 - index) / count)


def _primary() -> BaseDatabaseWrapper:
    return databases.writing(Account)


def _highest_id() -> int:
    return Account.objects.using(_primary().alias).aggregate(highest=Max("pk"))["highest"] or 0


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _tally(**moved: Counter[int]) -> None:
    """Move tallies up, in the order of account ids, as every writer does."""
    accounts = sorted(set().union(*moved.values()))
    rows = [(account, *(column[account] for column in moved.values())) for account in accounts]
    table, names = bulk.table_of(Tally), ", ".join(moved)
    places = ", ".join(["%s"] * (1 + len(moved)))
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in moved)
    with _primary().cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (account_id, {names}) VALUES ({places}) "  # noqa: S608  # only our own names
            f"ON CONFLICT (account_id) DO UPDATE SET {sums}",
            rows,
        )
