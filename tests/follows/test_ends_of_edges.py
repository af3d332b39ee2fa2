"""Each statement on edges names an end of them, and each write both: so edges can be stored by either end.

docs/scale.md says which ones a cluster would ask all its machines for, and why they may.
"""

import gc
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from accounts.access import Actor
from accounts.models import Account
from accounts.statements import Statement, Write
from config import urls
from follows import graph, leaving
from tests.scenarios import STORIES
from tests.test_scenarios import Mastodon, Twittner, play

assert urls.urlpatterns  # imports whatever has statements
EDGES = r'"?follows_follow"?'
TABLE = re.compile(rf'\b(FROM|JOIN|UPDATE|INTO) {EDGES}(?: (?:AS )?(?!(?:WHERE|INNER|LEFT|ORDER|SET|ON)\b)"?(\w+)"?)?')
ENDS = {"follower_id", "target_id"}
JOINED = (
    'SELECT 1 FROM "follows_follow" INNER JOIN "accounts_account" ON '
    '("follows_follow"."follower_id" = "accounts_account"."id") WHERE "accounts_account"."bot"'
)


def unnamed(sql: str) -> Iterator[str]:
    """The names by which the statement knows edges of which it names no end, or writes without both ends."""
    sql = " ".join(sql.split())
    for verb, alias in TABLE.findall(sql):
        if verb == "INTO":
            if not all(end in sql for end in ENDS):
                yield alias
            continue
        name = alias or "follows_follow"
        written = verb == "UPDATE" or re.search(rf"\bDELETE FROM {EDGES}", sql)
        if len(named(sql, name)) < (2 if written and name == "follows_follow" else 1):
            yield name


def named(sql: str, alias: str) -> set[str]:
    """The ends of these edges that are compared with a value, with a list, or with a row outside of the subquery."""
    prefix = rf'(?:"?{alias}"?\.)?' if alias == "follows_follow" else rf'"?{alias}"?\.'
    found = re.findall(rf'{prefix}"?(follower_id|target_id)"? (?:= \(|= %|= \$|= ANY|IN \()', sql)
    joined = re.findall(rf'= "?{alias}"?\."?(follower_id|target_id)"?', sql) if alias != "follows_follow" else []
    return set(found) | set(joined)


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("SELECT 1 FROM follows_follow WHERE id = %s", 1),
        ('SELECT 1 FROM "follows_follow" WHERE "follows_follow"."target_id" = (%s)', 0),
        ('DELETE FROM "follows_follow" WHERE "follows_follow"."target_id" = (%s)', 1),
        ("DELETE FROM follows_follow WHERE target_id = %s AND follower_id IN (%s, %s)", 0),
        ("UPDATE follows_follow SET note = %s WHERE id = %s", 1),
        ("INSERT INTO follows_follow (follower_id) VALUES (%s)", 1),
        ('SELECT 1 FROM "follows_follow" U0 WHERE U0."id" = 3', 1),
        (
            JOINED,
            1,
        ),
    ],
)
def test_what_names_an_end(sql: str, bad: int) -> None:
    assert len(list(unnamed(sql))) == bad


@pytest.mark.django_db
def test_every_compiled_statement_names_an_end_and_every_write_both() -> None:
    compiled: list[str] = []
    with transaction.atomic():  # some lock rows
        for kept in gc.get_objects():
            if issubclass(type(kept), Statement):  # not isinstance, which asks a weak proxy for what may be gone
                compiled.append(kept._compiled(40, DEFAULT_DB_ALIAS)[0]._sql)
            elif issubclass(type(kept), Write):
                compiled.append(kept._compiled(DEFAULT_DB_ALIAS)._sql)
    on_edges = [sql for sql in compiled if "follows_follow" in sql]

    assert len(on_edges) > 30
    assert [sql for sql in on_edges if list(unnamed(sql))] == []


@pytest.mark.django_db
def test_what_the_stories_run_does_too(alice: Account, bob: Account, carol: Account) -> None:
    ran: list[str] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ran.append(sql)
        return execute(sql, params, many, context)

    cast = {account.username: account.pk for account in (alice, bob, carol)}
    with connection.execute_wrapper(keep):
        for story in STORIES.values():
            for line, _, _ in story:
                play(line, cast, Mastodon(), Twittner())
        graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"), note="Hello")
        graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"), note="Hello again", notify=True)
        graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False)
        leaving.delete_account(bob.pk)
    on_edges = [sql for sql in ran if "follows_follow" in sql]

    assert len(on_edges) > 100
    assert [sql for sql in dict.fromkeys(on_edges) if list(unnamed(sql))] == []
