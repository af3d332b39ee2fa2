"""What one step costs does not grow with how many others there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import counts
from accounts.access import Actor
from accounts.models import Account
from follows import chunks, graph, opening, queries
from follows.finding import search
from follows.models import Batch, Decision, Follow, Notice, Tally, TallyMove
from follows.paging import Window
from tests.factories import AccountFactory

STEP = 20  # instructions of SQLite's machine
BIG = (Account, Follow, Notice, Decision, Tally, TallyMove)


@pytest.fixture(autouse=True)
def _plans_for_any_values(db: None) -> Iterator[None]:
    """PostgreSQL plans what runs often once, for whatever values come.

    In small tables it may prefer to read all. So it does that only where no index helps, which is what is looked for.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off")
    yield


def test_a_chunk_of_an_opening_costs_the_same_in_a_long_queue_and_after_many_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def chunk(owner: int, size: int) -> int:
        monkeypatch.setattr(opening, "CHUNK", size)
        with _counted() as executed:
            assert opening.accept_oldest(owner) == size
        return executed()

    def steps(queue: int, joined: int) -> int:
        name = f"asked_by_{queue}"
        call_command("seed", requests=queue, accounts=queue, follows=0, locked_account=name, verbosity=0)
        owner = Account.objects.get(username=name).pk
        monkeypatch.setattr(opening, "AT_ONCE", 0)
        graph.change_profile(owner, Actor(owner, "test"), locked=False)
        chunk(owner, joined)
        return chunk(owner, 20)

    assert steps(8_000, joined=4_000) < 1.5 * steps(100, joined=40)


@pytest.mark.parametrize("write", [chunks.accept, partial(chunks.reject, keep_out=False)], ids=["accept", "reject"])
def test_a_chunk_of_decisions_costs_the_same_in_a_long_queue(write: Callable[..., chunks.Decided]) -> None:
    def steps(queue: int) -> int:
        name = f"asked_by_{queue}"
        call_command("seed", requests=queue, accounts=queue, follows=0, locked_account=name, verbosity=0)
        owner = Account.objects.get(username=name).pk
        batch = Batch.objects.create(owner_id=owner).pk
        asked = list(Follow.objects.filter(target=owner).order_by("?").values_list("follower", "pk")[:20])
        for some in (asked[:10], asked[10:]):  # the first begins tallies and compiles
            chunk = dict(some)
            with _counted() as executed:
                assert len(write(owner, chunk, Actor(owner, "test"), batch=batch)) == 10
        return executed()

    assert steps(8_000) < 1.5 * steps(100)


def test_accepting_costs_the_same_whoever_has_accepted_many(alice: Account, carol: Account) -> None:
    def steps() -> int:
        requester = AccountFactory().pk
        graph.follow(requester, carol.pk, Actor(requester, "test"))
        with _counted() as executed:
            graph.accept(carol.pk, requester, Actor(carol.pk, "test"))
        return executed()

    steps()
    before = steps()
    others = Account.objects.bulk_create(Account(username=f"joined_{number}") for number in range(2_000))
    Notice.objects.bulk_create(
        Notice(recipient=carol, actor=other, kind=Notice.Kind.JOINED, bucket=number)
        for number, other in enumerate(others)
    )

    assert steps() < 1.5 * before


@pytest.mark.parametrize("count", [queries.own, queries.own_key], ids=["own account", "its key"])
def test_counting_a_few_of_many_newcomers_looks_at_no_older_accounts(count: Callable[[int], object]) -> None:
    def steps(older: int) -> int:
        def people(name: str, number: int) -> list[Account]:
            return Account.objects.bulk_create(Account(username=f"{name}{number}x{n}") for n in range(number))

        people("older", older)
        owner = AccountFactory(locked=True).pk
        newcomers = people(f"new{older}", 90)
        Follow.objects.bulk_create(Follow(follower=one, target_id=owner) for one in newcomers)
        call_command("recount", verbosity=0)
        count(owner)  # compiles the statement
        with _counted() as executed:
            count(owner)
        return executed()

    few = steps(50)
    assert steps(4_000) < 1.5 * few


def test_other_servers_are_found_without_looking_at_each_account() -> None:
    def steps(number: int) -> int:
        names = [f"person_{number}_{n}" for n in range(number)]
        Account.objects.bulk_create(Account(username=name, domain=f"{n % 5}.example") for n, name in enumerate(names))
        with _counted() as executed:
            assert counts.domains() == [f"{n}.example" for n in range(5)]
        return executed()

    few = steps(100)
    assert steps(4_000) < 1.5 * few


def test_a_search_for_a_frequent_and_an_unknown_word_looks_at_no_more_texts_than_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, most in (("POPULAR", 0), ("SCANNED", 0), ("LOOKED_AT", 20)):
        monkeypatch.setattr(search, name, most)

    def steps(number: int) -> int:
        Account.objects.bulk_create(
            Account(username=f"p{number}x{n}", domain="far.example", note="maps and more") for n in range(number)
        )
        with _counted() as executed:
            assert search.ranked("maps 7", None, 40) == []
            if connection.vendor == "sqlite":  # only its index gives the newest first, and may stop there
                assert search.people_like("maps 7", None, Window(40)).rows == []
        return executed()

    few = steps(50)
    assert steps(1_000) < 3 * few  # the index itself has more parts then


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Within, what the database does is counted; what it gives tells it.

    On SQLite instructions, on PostgreSQL rows that were read.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # or the plan is made for the sizes that other tests left
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in BIG)}")
        before = _rows_read()
        yield lambda: _rows_read() - before
        return
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += STEP
        return 0

    connection.connection.set_progress_handler(count, STEP)
    try:
        yield lambda: steps
    finally:
        connection.connection.set_progress_handler(None, 0)


def _rows_read() -> int:
    """In this transaction, from all tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])
