"""`manage.py distribute --plan`: every table has a place, every constraint is told of, and nothing changes."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from follows import sharding
from follows.models import Follow, KeptOut, List, Notice, Tally


@pytest.fixture
def plan(db: None) -> str:
    if connection.vendor == "sqlite":
        pytest.skip("Citus is an extension of PostgreSQL")
    call_command("distribute", "--plan", stdout=(out := StringIO()))
    return out.getvalue()


@pytest.mark.django_db
def test_there_is_no_plan_for_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite")
    with pytest.raises(CommandError, match="an extension of PostgreSQL"):
        call_command("distribute", "--plan")


def test_what_belongs_to_a_member_lies_with_the_member() -> None:
    columns = {model: sharding.shard_column(model) for model in (Follow, KeptOut, List, Notice, Tally)}

    assert columns == {
        Follow: "target_id",
        KeptOut: "owner_id",
        List: None,  # its members know only the list
        Notice: "recipient_id",
        Tally: "account_id",
    }


def test_every_table_has_one_place(plan: str) -> None:
    tables = set(connection.introspection.table_names()) - {"django_migrations"}
    placed = re.findall(r"create_(?:reference|distributed)_table\('(\w+)'", plan)

    assert sorted(placed) == sorted(tables | {sharding.COPY})
    assert "create_reference_table('accounts_account')" in plan


def test_edges_lie_by_target_and_by_follower(plan: str) -> None:
    assert "create_distributed_table('follows_follow', 'target_id')" in plan
    assert "create_distributed_table('follows_follow_of', 'follower_id'" in plan
    assert "ADD PRIMARY KEY (target_id, id)" in plan
    assert "follow_pair_unique (follower_id, target_id): holds on each shard" in plan


def test_it_says_whether_citus_is_there(plan: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'")
        is_there = cursor.fetchone() == (1,)

    assert ("Citus is not available" in plan) is not is_there


def test_the_statements_of_postgresql_itself_are_right(plan: str) -> None:
    """All but those of Citus run, in a transaction that is rolled back."""
    statements = [line for line in plan.splitlines() if line and not line.startswith("--") and "citus" not in line]
    ours = [line for line in statements if "create_" not in line]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ours:
            cursor.execute(statement)
        transaction.set_rollback(True)

    assert len(ours) > 10
