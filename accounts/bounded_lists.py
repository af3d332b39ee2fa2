"""Lists of the admin whose cost does not grow with the table: counts stop, and long lists sort only by an index."""

from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

COUNTED = 10_000  # rows that a list counts and pages through; to see others, filter or search


class AtLeast(int):
    """A count that stopped: a number to reckon with, and a "+" to read."""

    def __str__(self) -> str:
        return f"{int(self)}+"


def bounded(count: int) -> int:
    return AtLeast(count) if count >= COUNTED else count


class BoundedPaginator(Paginator[Any]):
    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return bounded(self.object_list.order_by()[:COUNTED].count())


class BoundedChangeList(ChangeList):
    """Its columns sort; those without an index only while there are few rows."""

    model_admin: Any  # a `ListAdmin`
    is_long: bool | None = None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if self.is_long is None:  # asked once, with all filters; each filter's counts ask again
            self.is_long = queryset.order_by()[: COUNTED + 1].count() > COUNTED
        if self.is_long:
            self.sortable_by = [each for each in self.list_display if getattr(each, "by_index", False)]  # type: ignore[misc]
        return super().get_ordering(request, queryset)

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.model_admin.prepare(self.result_list)
