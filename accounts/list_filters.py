"""The filters of the admin's lists: conditions that an index can answer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import bounded_lists
from accounts.models import Account

NEW = timedelta(days=7)

Row = TypeVar("Row", bound=Model)


class Option(NamedTuple):
    """One choice of a filter. `lookups` must all hold."""

    value: str
    label: str
    lookups: dict[str, object]


class OptionFilter(admin.SimpleListFilter):
    """A filter whose options are lookups on the row, or on the account that its column `of` names."""

    of = ""

    def options(self) -> Sequence[Option]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(option.value, option.label) for option in self.options()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        for option in self.options():
            if option.value == self.value() and self.of:
                # Not by a join: the few accounts of a rare kind lead to their rows, never the other way.
                return queryset.filter(**{f"{self.of}__in": Account.objects.filter(**option.lookups)})
            if option.value == self.value():
                return queryset.filter(**option.lookups)
        return queryset

    def get_facet_queryset(self, changelist: ChangeList) -> dict[str, Any]:
        """Count how many of the first `COUNTED` rows each option would leave."""
        rows = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters())
        prefix = f"{self.of}__" if self.of else ""
        counts = rows[: bounded_lists.COUNTED].aggregate(
            all=Count("pk"),
            **{
                f"{index}__c": Count("pk", filter=Q(**{prefix + path: value for path, value in option.lookups.items()}))
                for index, option in enumerate(self.options())
            },
        )
        stopped = counts.pop("all") >= bounded_lists.COUNTED
        return {key: bounded_lists.AtLeast(count) if stopped else count for key, count in counts.items()}


class StateFilter(OptionFilter):
    """Filter by the kind of account."""

    title = "state"
    parameter_name = "state"

    def options(self) -> Sequence[Option]:
        return [
            Option("suspended", "Suspended", {"suspended_at__isnull": False, "leaves_at__isnull": True}),
            Option("leaving", "Deleted by its owner, not for good yet", {"leaves_at__isnull": False}),
            Option("limited", "Limited", {"limited_at__isnull": False}),
            Option("new", f"New, under {NEW.days} days", {"created_at__gte": timezone.now() - NEW}),
            Option("remote", "Of another server", {"domain__gt": ""}),
            Option("bot", "Bot", {"bot": True}),
        ]
