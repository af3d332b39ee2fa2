"""Queries of the index of search texts (migration `search_index`), on both databases.

The index finds all accounts whose texts contain some parts. On SQLite it finds a few more, because it does not know
the positions of trigrams. So its results are checked again.
"""

import re
from typing import Any, NamedTuple

from accounts import databases
from accounts.searching import END, SearchText

TRIGRAM = re.compile(r"[^\W_]{3}")  # what PostgreSQL's index of trigrams has


class Scope(NamedTuple):
    """Parts of text that one of the columns must hold, all of them."""

    parts: tuple[str, ...]
    columns: tuple[str, ...] = ("handle", "names", "bio")

    @property
    def is_loose(self) -> bool:
        """Return True if SQLite's index is asked for some parts only: not for short ones beside long ones."""
        return 0 < sum(len(part) < 3 for part in self.parts) < len(self.parts)


def condition(scope: Scope) -> tuple[str, dict[str, Any]]:
    """A condition in SQL, and its values by name."""
    return _fts(scope) if databases.reading(SearchText).vendor == "sqlite" else _gin(scope)


def _fts(scope: Scope) -> tuple[str, dict[str, str]]:
    """SQLite's index is asked for all trigrams of the long parts, else for any that begin with the short ones."""
    trigrams = [
        [part[place : place + 3]]
        for part in scope.parts
        for place in {*range(0, len(part) - 2, 3), len(part) - 3}
        if place >= 0
    ] or [_trigrams_from(part) for part in scope.parts]
    if not all(trigrams):
        return "FALSE", {}
    match = " AND ".join("({})".format(" OR ".join(map(_quoted, any_of))) for any_of in trigrams)
    everywhere = len(scope.columns) == len(
        Scope(()).columns
    )  # one walk through the index instead of one for each column
    asked = match if everywhere else f"{{{' '.join(scope.columns)}}} : ({match})"
    return "accounts_search MATCH %(match)s", {"match": asked}


def _trigrams_from(begin: str) -> list[str]:
    """The trigrams in use that begin with one or two letters: from one to the next, without counting their texts."""
    found: list[str] = []
    first, end = begin, f"{begin}\U0010ffff"
    with databases.reading(SearchText).cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT term FROM accounts_search_terms WHERE term >= %s AND term < %s LIMIT 1", [first, end]
            )
            row = cursor.fetchone()
            if row is None:
                return found
            found.append(row[0])
            first = f"{row[0]}\x01"


def _quoted(trigram: str) -> str:
    return '"{}"'.format(trigram.replace('"', '""'))


def _gin(scope: Scope) -> tuple[str, dict[str, Any]]:
    """PostgreSQL's indexes are asked for the parts that have trigrams, else for one and two letters."""
    like = {f"like{number}": part for number, part in enumerate(scope.parts) if TRIGRAM.search(part)}
    if like:
        conditions = {name: f"{{}} LIKE %({name})s ESCAPE '!'" for name in like}
        values: dict[str, Any] = {name: f"%{_escaped(part)}%" for name, part in like.items()}
    else:
        values = {f"grams{number}": _grams(part) for number, part in enumerate(scope.parts)}
        conditions = {name: f"accounts_grams({{}}) @> %({name})s" for name in values}
    held = " AND ".join(conditions.values())
    return "({})".format(" OR ".join(held.format(*[column] * len(conditions)) for column in scope.columns)), values


def _grams(part: str) -> list[str]:
    """Its pairs of letters; the first two of a name are kept with what stands before it."""
    begin = [part[:3]] if part.startswith(END) else []
    return begin + [part[place : place + 2] for place in range(len(part) - 1)] or [part]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
