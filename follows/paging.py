"""Keyset paging: a window onto a list that reads newest first, cut by row id and never by OFFSET."""

from typing import Generic, NamedTuple, TypeVar

from accounts.lookup import MAX_ID

Row = TypeVar("Row")


class Window(NamedTuple):
    """Rows with `after` < id < `before`, the newest `limit` of them, or `from_below` the oldest.

    Only notices are read from below.
    """

    limit: int
    before: int = MAX_ID + 1
    after: int = 0
    from_below: bool = False


class Page(NamedTuple, Generic[Row]):
    """One window's rows, newest first. `ids` are the row ids that cursors are made of."""

    ids: list[int]
    rows: list[Row]
    limit: int

    @property
    def full(self) -> bool:
        """Whether there may be more behind it."""
        return len(self.ids) == self.limit
