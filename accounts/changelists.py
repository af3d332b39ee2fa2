"""What every list of the admin shares, so that a list of a million rows opens like one of ten.

Nothing here counts or scans a whole table: counts stop, people are found by index, filters are
conditions that an index answers. What a list shows and does is in each `admin.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Count, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, StrIndex
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from accounts import lookup
from accounts.access import Actor
from accounts.models import Account

COUNTED = 10_000  # rows that a list counts and pages through; whoever looks for others, filters
FOUND = 1_000  # people that a search finds by their names and bios
AT_ONCE = 500  # rows that one click may change
NEW = timedelta(days=7)

Row = TypeVar("Row", bound=Model)


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
        """How many of the first `COUNTED` rows each option would leave."""
        rows = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters())
        prefix = f"{self.of}__" if self.of else ""
        counts = rows[:COUNTED].aggregate(
            all=Count("pk"),
            **{
                f"{index}__c": Count("pk", filter=Q(**{prefix + path: value for path, value in option.lookups.items()}))
                for index, option in enumerate(self.options())
            },
        )
        stopped = counts.pop("all") >= COUNTED
        return {key: AtLeast(count) if stopped else count for key, count in counts.items()}


class StateFilter(OptionFilter):
    """What kind of account it is."""

    title = "state"
    parameter_name = "state"

    def options(self) -> Sequence[Option]:
        return [
            Option("suspended", "Suspended", {"suspended_at__isnull": False}),
            Option("new", f"New, under {NEW.days} days", {"created_at__gte": timezone.now() - NEW}),
            Option("remote", "Of another server", {"domain__gt": ""}),
            Option("bot", "Bot", {"bot": True}),
        ]


class ListAdmin(admin.ModelAdmin[Row]):
    """A fast list: bounded count, search through accounts, and buttons for one row.

    `search_fields` names the columns that hold accounts. All `row_actions` need one permission.
    """

    row_actions: ClassVar[dict[str, str]] = {}  # name of an action -> what its button on each row says

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS
    list_per_page = 50
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_help_text = f"Words of a name or bio, a whole user@domain, or a domain; up to {FOUND} accounts."
    people: ClassVar[Callable[[str, int, int], list[int]]]  # the search by text, viewer and bound, which `follows` sets

    class Media:
        css: ClassVar = {"all": ["accounts/admin.css"]}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The filters are all there is; a lookup from the address bar may scan anything."""
        return lookup in {getattr(option_filter, "parameter_name", None) for option_filter in self.list_filter}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if text := search_term.strip():
            columns: Any = self.get_search_fields(request)
            found = self._matching(request, text)
            queryset = queryset.filter(reduce(or_, (Q((f"{column}__in", found)) for column in columns)))
            if columns == ("pk",) and ORDER_VAR not in request.GET:  # the accounts themselves: best first
                place = Concat(Value(","), Cast("pk", TextField()), Value(","), output_field=TextField())
                queryset = queryset.order_by(StrIndex(Value(f",{','.join(map(str, found))},"), place))
        return queryset, False

    def _matching(self, request: HttpRequest, text: str) -> list[int]:
        """Whom a search means, best first, found once for the list and all its facets."""
        if not hasattr(request, "matching"):
            by_email = request.user.has_perm("accounts.change_account")
            whole = lookup.matching(text, settings.LOCAL_DOMAIN, FOUND, by_email=by_email)
            found = [*whole, *ListAdmin.people(text, request.user.pk or 0, FOUND)]
            request.matching = list(dict.fromkeys(found))  # type: ignore[attr-defined]
        matching: list[int] = request.matching  # type: ignore[attr-defined]
        return matching

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            data = request.POST.copy()
            if one := data.get("one"):  # a row's own button is the action on that row alone
                data["action"], _, row = one.partition(":")
                data["index"] = data["select_across"] = "0"
                data.setlist(ACTION_CHECKBOX_NAME, [row])
            ticked = [row for row in data.getlist(ACTION_CHECKBOX_NAME) if _is_id(row)]
            data.setlist(ACTION_CHECKBOX_NAME, ticked[:AT_ONCE])
            request.POST = data  # type: ignore[assignment]  # frozen only against accidents
        return super().changelist_view(request, {"title": str(self.opts.verbose_name_plural).capitalize()})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row | None:
        """None for what no id can be: not every database looks for it."""
        return super().get_object(request, object_id, from_field) if _is_id(object_id) else None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's bulk deletion, which knows no rules."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, *(["buttons"] if self.row_actions and self.get_actions(request) else [])]

    @admin.display(description="")
    def buttons(self, row: Model) -> str:
        """Of the list's form, so that they need no form of their own; `changelist_view` understands them."""
        button = '<button type="submit" class="button" name="one" value="{}:{}">{}</button>'
        labels = self.row_actions.items()
        return format_html_join(" ", button, ((action, row.pk, label) for action, label in labels))

    def each(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        write: Callable[[Any], bool],
        done: str,
        otherwise: str = "had gone meanwhile",
    ) -> None:
        """Do something to every row, up to `AT_ONCE`, and say to how many: "Approved 2 follow requests."."""
        across = request.POST.get("select_across") == "1"
        taken = list(rows[:AT_ONCE])
        count = sum(write(row) for row in taken)
        left = len(taken if across else request.POST.getlist(ACTION_CHECKBOX_NAME)) - count
        if count:
            name = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
            self.message_user(request, f"{done} {count} {name}.", messages.SUCCESS)
        if left:
            self.message_user(request, f"{left} {otherwise}.", messages.WARNING)
        if across and len(taken) == AT_ONCE:
            self.message_user(request, f"One click takes {AT_ONCE}; there may be more.", messages.WARNING)


class ReadOnlyAdmin(ListAdmin[Row]):
    """Rows that nobody adds, changes or deletes by form, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def actor(request: HttpRequest) -> Actor:
    """The moderator, as the log of decisions will name them."""
    return Actor(request.user.pk, "admin")


def account_column(name: str, title: str) -> Callable[[Model], str]:
    """A column of a list: the account that the row's column `name` holds, leading to its page."""

    @admin.display(description=title)
    def column(row: Model) -> str:
        account: Account | None = getattr(row, name)
        return "—" if account is None else link_to(account)

    column.__name__ = name
    return column


def age_column(name: str, title: str, ordering: str | None = None) -> Callable[[Model], str]:
    """A column of a list: how long ago the row's column `name` was, the moment itself on pointing at it."""

    @admin.display(description=title, ordering=ordering)
    def column(row: Model) -> str:
        moment: datetime = getattr(row, name)
        age = timesince(moment, depth=1)
        return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), date_format(moment), age)

    column.__name__ = name
    return column


def link_to(account: Account) -> SafeString:
    """The account's handle, a link to its page, and the name it goes by."""
    page = reverse("admin:accounts_account_change", args=[account.pk])
    return format_html('<a href="{}">{}</a><br><span class="quiet">{}</span>', page, account.acct, account.display_name)


def _is_id(value: str) -> bool:
    return value.isdecimal() and len(value) <= 10 and 0 < int(value) <= lookup.MAX_ID
