"""The texts that a search looks at: names and bio, folded in the same way for both databases.

The folded text is a row of its own, which `Account` writes again whenever one of its `SOURCES` changes.
An index finds what it holds (migration `search`); `follows.finding.search` asks it.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models

from accounts.domains import NotADomain, canonical

SOURCES = ("username", "display_name", "first_name", "last_name", "note")
NAMES = ("display_name", "first_name", "last_name")  # stored composed (NFC)
END = "\x1f"  # before and after each name; no folded text holds it
BATCH = 500  # accounts that are folded at once

# Letters that Unicode does not take apart, though they are read as others; and a line that stretches Arabic words.
_LETTERS = str.maketrans("øłđħŧıŋ", "oldhtin") | str.maketrans(
    {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "\u0640": ""}
)
MOST_MARKS = 30  # in a row; no language has more (Unicode's Stream-Safe Text Format)
_VOICING, _VIRAMA = 8, 9  # classes of marks that make another letter, and no accent: Kana's, and those of Indic scripts


def fold(text: str) -> str:
    """Return the text for comparing: without case, accents, invisible characters and needless blanks.

    Folding twice changes nothing. Marks that are vowels of their own stay, as Devanagari and Thai have them.
    """
    if not text.isascii():
        text = _with_few_marks(text)
        apart = "".join(filter(_stays, unicodedata.normalize("NFKD", text)))
        text = "".join(filter(_stays, unicodedata.normalize("NFKD", apart.casefold()))).translate(_LETTERS)
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.lower().replace("\0", " ").split())


def sought_domain(text: str) -> str:
    """Return the text to look for in stored domains: a domain in its one spelling, other text folded."""
    try:
        return canonical(text)
    except NotADomain:
        return fold(text)


@lru_cache(4096)
def _stays(character: str) -> bool:
    if unicodedata.combining(character) not in {0, _VOICING, _VIRAMA}:
        return False
    selects_a_variant = "\ufe00" <= character <= "\ufe0f"
    return not selects_a_variant and unicodedata.category(character) != "Cf"


def composed(text: str) -> str:
    """Return the text as names are stored: an accent and its letter are one character (NFC), at most `MOST_MARKS`."""
    return unicodedata.normalize("NFC", _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    """Leave out the marks that no letter needs: to sort a row of marks takes the square of their number."""
    if text.isascii() or len(text) <= MOST_MARKS:
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def folded(row: dict[str, Any]) -> dict[str, str]:
    """The columns of a `SearchText` for an account with these `SOURCES`."""
    names = dict.fromkeys(map(fold, (row["display_name"], f"{row['first_name']} {row['last_name']}")))
    bio = fold(row["note"])
    return {
        "handle": f"{END}{fold(row['username'])}{END}{END}",  # twice, so that the last letters begin a trigram too
        "names": "".join(f"{END}{name}" for name in names if name) + f"{END}{END}",
        "bio": bio and f"{bio}{END}{END}",
    }


class SearchText(models.Model):
    """The folded user name, names and bio of an account; every name begins after `END`."""

    account = models.OneToOneField("accounts.Account", on_delete=models.CASCADE, primary_key=True, related_name="found")
    handle = models.TextField()
    names = models.TextField()
    bio = models.TextField()

    def __str__(self) -> str:
        return f"what account {self.account_id} is found by"


def index(accounts: models.QuerySet[Any], ids: Iterable[int]) -> None:
    """Write what these accounts are found by, as they are stored now."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), BATCH):
        rows = accounts.filter(pk__in=wanted[start : start + BATCH]).values("pk", *SOURCES)
        SearchText.objects.bulk_create(
            [SearchText(account_id=row["pk"], **folded(row)) for row in rows],
            update_conflicts=True,
            unique_fields=["account"],
            update_fields=["handle", "names", "bio"],
        )


class SearchedAccounts(models.QuerySet[Any]):
    """Accounts whose names are stored composed, and found as soon as they are stored."""

    def update(self, **values: Any) -> int:
        values |= {name: composed(value) for name in NAMES if isinstance(value := values.get(name), str)}
        if values.keys().isdisjoint(SOURCES):
            return super().update(**values)
        ids = list(self.values_list("pk", flat=True))
        written = super().update(**values)
        index(SearchedAccounts(self.model, using=self.db), ids)
        return written

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.compose()
        stored = super().bulk_create(rows, *args, **kwargs)
        index(SearchedAccounts(self.model, using=self.db), [row.pk for row in stored if row.pk])
        return stored
