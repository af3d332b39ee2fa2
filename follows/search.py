"""Finding people by any part of what they are called and say of themselves, newest account first.

What is sought is first looked for among the newest accounts, where frequent words fill a page at
once; rare ones are then found by an index of trigrams, which the database keeps by itself (migration
`search`). On SQLite the index is a table of its own that knows which text has which trigrams but not
where, so what it finds is looked at once more.
"""

from itertools import islice
from typing import Any

from django.db import connection

from follows.paging import Page, Window
from follows.queries import Key

SCANNED = 5_000  # newest accounts that are looked at one by one

# Unit separators keep a match within one of the three. PostgreSQL's index is on this very expression.
_TEXT = "a.username || chr(31) || a.first_name || ' ' || a.last_name || chr(31) || a.note"
TEXT = {"postgresql": f"lower({_TEXT})", "sqlite": _TEXT.replace("chr", "char")}

_SELECT = """
    SELECT a.id, a.version, t.followers, t.following
    FROM accounts_account a LEFT JOIN follows_tally t ON t.account_id = a.id
    WHERE a.id < %(before)s AND {match} AND {visible}
    ORDER BY a.id DESC LIMIT %(limit)s"""
_FOUND = """
    SELECT a.id, a.version, t.followers, t.following, {text}
    FROM follows_search
    CROSS JOIN accounts_account a ON a.id = follows_search.rowid
    LEFT JOIN follows_tally t ON t.account_id = a.id
    WHERE follows_search MATCH %(match)s AND follows_search.rowid < %(before)s AND {visible}
    ORDER BY follows_search.rowid DESC"""
_VISIBLE = """
    a.suspended_at IS NULL AND a.id <> %(viewer)s
      AND NOT EXISTS (SELECT 1 FROM follows_block b WHERE b.blocker_id = a.id AND b.target_id = %(viewer)s)
      AND NOT EXISTS (SELECT 1 FROM follows_block b WHERE b.blocker_id = %(viewer)s AND b.target_id = a.id)"""
# Left to itself the planner may rather walk through all accounts, hoping to fill the page soon.
_INDEXED = """
    a.id IN (WITH found AS MATERIALIZED (SELECT a.id FROM accounts_account a WHERE {found}) SELECT id FROM found)"""
_AMONG_NEWEST = """
    a.id > (SELECT max(n.id) FROM accounts_account n WHERE n.id < %(before)s) - %(scanned)s AND ({like})"""


def people_like(text: str, viewer: int | None, window: Window) -> Page[Key]:
    """Whom the text names or describes; a blank text is everybody. Row ids are the accounts'.

    Left out are suspended accounts, the viewer, and whom a block parts from the viewer.
    """
    values = {"before": window.before, "viewer": viewer or 0, "limit": window.limit, "scanned": SCANNED}
    if not text:
        return _page(_rows("TRUE", values), window)
    like, patterns = _like(text)
    rows = _rows(_AMONG_NEWEST.format(like=like), values | patterns)
    if len(rows) < window.limit:
        rows = _by_index(text, like, values | patterns)
    return _page(rows, window)


def _by_index(text: str, like: str, values: dict[str, Any]) -> list[Key]:
    folded = text.lower()
    if connection.vendor == "postgresql":
        found = like if len(text) > 2 else f"follows_grams({TEXT['postgresql']}) @> ARRAY[%(folded)s]"
        return _rows(_INDEXED.format(found=found), values | {"folded": folded})
    trigrams = [folded[place : place + 3] for place in {*range(0, len(folded) - 2, 3), len(folded) - 3} if place >= 0]
    match = " AND ".join(map(_quoted, trigrams)) or " OR ".join(map(_quoted, _trigrams_from(folded)))
    if not match:
        return []
    sql = _FOUND.format(text=TEXT["sqlite"], visible=_VISIBLE)
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"match": match})
        fitting = (Key._make(row[:-1]) for row in cursor if folded in row[-1].lower())
        return list(islice(fitting, values["limit"]))


def _trigrams_from(begin: str) -> list[str]:
    """The trigrams in use that begin with one or two letters; every text ends with two separators."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM follows_search_terms WHERE term >= %s AND term < %s", [begin, f"{begin}\U0010ffff"]
        )
        return [term for (term,) in cursor.fetchall()]


def _quoted(trigram: str) -> str:
    return '"{}"'.format(trigram.replace('"', '""'))


def _like(text: str) -> tuple[str, dict[str, str]]:
    """A condition that the text occurs, and its values."""
    spellings = [text.lower()]
    if connection.vendor == "sqlite" and not text.isascii():
        spellings = list(dict.fromkeys((text, text.lower(), text.upper(), text.title())))
    patterns = {f"like{number}": f"%{_escaped(spelling)}%" for number, spelling in enumerate(spellings)}
    column = TEXT[connection.vendor]
    return " OR ".join(f"{column} LIKE %({name})s ESCAPE '!'" for name in patterns), patterns


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _rows(match: str, values: dict[str, Any]) -> list[Key]:
    sql = _SELECT.format(match=f"({match})", visible=_VISIBLE)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Key._make(row) for row in cursor.fetchall()]


def _page(keys: list[Key], window: Window) -> Page[Key]:
    return Page([key.account for key in keys], keys, window.limit)
