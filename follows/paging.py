"""Keyset paging: a window onto a list that reads newest first, cut by row id and never by OFFSET."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from accounts.lookup import MAX_ID
from accounts.statements import Statement, given

Row = TypeVar("Row")


class Window(NamedTuple):
    """Rows with `after` < id < `before`, the newest `limit` of them, or `from_below` the oldest."""

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
        """Return True if there may be more behind it."""
        return len(self.ids) == self.limit


class Part(NamedTuple, Generic[Row]):
    """Some rows of a list with filters. `after` is the id behind which the next part begins; None at the end.

    A part may be short or empty and yet have others behind it.
    """

    rows: list[Row]
    after: int | None


SCANNED = 5_000  # rows that one part of a list with filters looks at


def part(
    everything: QuerySet[Any], chosen: QuerySet[Any], after: int | None, limit: int, *columns: str, oldest: bool = False
) -> Part[tuple[Any, ...]]:
    """The next rows of `chosen` behind an id, the id first; `everything` is the same list without filters.

    It looks at `SCANNED` rows of the list, so that filters that hardly any row passes take no longer than others.
    """
    order, beyond, within = ("pk", "pk__gt", "pk__lte") if oldest else ("-pk", "pk__lt", "pk__gte")
    start = {beyond: after} if after else {}
    end = end_of(everything.filter(**start), SCANNED, order)
    bounds = start | ({within: end} if end else {})
    rows = list(chosen.filter(**bounds).order_by(order).values_list("pk", *columns)[: limit + 1])
    if len(rows) > limit:
        return Part(rows[:limit], rows[limit - 1][0])
    return Part(rows, end)


def end_of(rows: QuerySet[Any], most: int, order: str = "-pk") -> int | None:
    """The id of the last of the first `most` rows; None when there are no more."""
    ids: list[int] = list(rows.order_by(order).values_list("pk", flat=True)[most - 1 : most + 1])
    return ids[0] if len(ids) > 1 else None


class Keyset:
    """A list that windows are cut from. `rows` gives its queryset; the column of the `cursor` comes first in a row.

    Each direction is a statement of its own, so that both read as many rows of the index as the page has.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], *columns: str, cursor: str = "pk") -> None:
        self._rows, self._columns, self._cursor = rows, columns, cursor
        self._newest: Statement[tuple[Any, ...]] = Statement(None, self._by(f"-{cursor}"))
        self._oldest: Statement[tuple[Any, ...]] = Statement(None, self._by(cursor))

    def cut(self, window: Window, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a window, newest first. `values` are what the `given`s of the list stand for."""
        values |= {"before": window.before, "after": window.after}
        if window.from_below:
            return self._oldest.rows(window.limit, **values)[::-1]
        return self._newest.rows(window.limit, **values)

    def _by(self, order: str) -> Callable[[int], QuerySet[Any, Any]]:
        bounds = {f"{self._cursor}__lt": given("before"), f"{self._cursor}__gt": given("after")}
        columns = (self._cursor, *self._columns)
        return lambda limit: self._rows().filter(**bounds).order_by(order).values_list(*columns)[:limit]
