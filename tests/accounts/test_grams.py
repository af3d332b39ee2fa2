"""PostgreSQL's index of letters and pairs holds all that a search may ask it for, and that it held before."""

import importlib

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.searching import folded
from accounts.trigrams import Scope, condition

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's index is another"),
]
BEFORE = importlib.import_module("accounts.migrations.0005_search_index").GRAMS
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
SHOWN = ("display_name", "first_name", "last_name", "note")
PEOPLE = st.fixed_dictionaries({"username": st.text("ab1_", min_size=1, max_size=5)} | dict.fromkeys(SHOWN, TEXT))
ONE_LETTER_EACH = {"username": "a", "display_name": "b", "first_name": "c", "last_name": "", "note": "d"}


def members(function: str, text: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [text])
        return set(cursor.fetchone()[0])


@given(person=PEOPLE)
@example(person=ONE_LETTER_EACH)
def test_old_rows_and_new_rows_have_the_same_members(person: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BEFORE.replace("CREATE FUNCTION accounts_grams", "CREATE OR REPLACE FUNCTION pg_temp.before"))
    for text in folded(person).values():
        assert members("accounts_grams", text) == members("pg_temp.before", text)


@given(person=PEOPLE, size=st.sampled_from([1, 2, 3]))
def test_a_text_is_found_by_each_part_of_it(person: dict[str, str], size: int) -> None:
    for text in folded(person).values():
        has = members("accounts_grams", text)
        for place in range(len(text) - size + 1):
            _, asked = condition(Scope((text[place : place + size],)))
            assert has.issuperset(asked.get("grams0", []))
