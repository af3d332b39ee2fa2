"""Paging by keyset for pages that work without scripts: `after` holds the cursors of the pages before.

Its last cursor is the place behind which the page begins; without it one is back on the page before.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest

from accounts.lookup import MAX_ID

LONGEST = 25  # cursors that are kept; before these there is the first page
CURSOR = re.compile(r"[0-9]{1,15}(-[0-9]{1,15}){0,2}", re.ASCII)
KEPT_OUT_OF_LINKS = ("after", "done", "gone", "late", "who")


class Trail(NamedTuple):
    """The cursors from the first page to this one. `path` is the list's address with its filters."""

    path: str
    cursors: tuple[str, ...]

    @classmethod
    def of(cls, request: HttpRequest) -> "Trail":
        """Malformed cursors lead to the first page."""
        query = request.GET.copy()
        cursors = query.get("after", "").split(".")
        for name in KEPT_OUT_OF_LINKS:
            query.pop(name, None)
        good = all(map(CURSOR.fullmatch, cursors)) and int(cursors[-1].partition("-")[0]) <= MAX_ID
        return cls(f"{request.path}?{query.urlencode()}", tuple(cursors[-LONGEST:]) if good else ())

    def place(self, size: int) -> tuple[int, ...] | None:
        """The numbers of the last cursor, if it has so many; None on the first page."""
        numbers = tuple(map(int, self.cursors[-1].split("-"))) if self.cursors else ()
        return numbers if len(numbers) == size else None

    @property
    def after(self) -> int | None:
        """The place in a list whose cursor is one id."""
        place = self.place(1)
        return place[0] if place else None

    @property
    def query(self) -> str:
        """The filters, to be followed by others."""
        query = self.path.partition("?")[2]
        return query and f"{query}&"

    @property
    def here(self) -> str:
        """The address of this page."""
        return self._to(self.cursors)

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first one."""
        return self._to(self.cursors[:-1]) if self.cursors else ""

    def next(self, place: int | Sequence[int] | None) -> str:
        """The address of the page behind a place; empty at the end."""
        if place is None:
            return ""
        return self._to((*self.cursors, "-".join(map(str, [place] if isinstance(place, int) else place))))

    def _to(self, cursors: Sequence[str]) -> str:
        if not cursors:
            return self.path.removesuffix("?")
        joint = "" if self.path.endswith("?") else "&"
        return f"{self.path}{joint}after={'.'.join(cursors[-LONGEST:])}"
