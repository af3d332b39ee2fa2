"""The base of every list of the admin. A list of a million rows opens as fast as a list of ten.

Nothing here counts, sorts or scans a whole table: people are found by index, and `bounded_lists` bounds counts and
sorting. The filters are in `list_filters`, the cells in `columns`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, StrIndex
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from accounts import lookup
from accounts.access import Actor
from accounts.bounded_lists import BoundedChangeList, BoundedPaginator
from accounts.models import Account
from accounts.searching import sought_domain

FOUND = 1_000  # people that a search finds by their names and bios
AT_ONCE = 500  # rows that one click may change
UNASKED = 20  # rows that one click changes without asking whether that is meant
SAMPLE = 10  # rows that are named when it asks

Row = TypeVar("Row", bound=Model)


class ListAdmin(admin.ModelAdmin[Row]):
    """A fast list: bounded count, search through accounts, and buttons for one row.

    `search_fields` names the columns that hold accounts.
    """

    row_actions: ClassVar[dict[str, str]] = {}  # name of an action -> what its button on each row says
    reasoned: ClassVar[frozenset[str]] = frozenset()  # the actions that ask for a reason first
    taken_first: ClassVar[tuple[str, ...]] = ()  # the order in which chosen rows are changed; else that of the list

    paginator = BoundedPaginator
    change_list_template = "accounts/admin/change_list.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS
    list_per_page = 50
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    search_help_text = f"Words of a name or bio, a whole user@domain, or a domain; up to {FOUND} accounts."
    people: ClassVar[Callable[[str, int, int], list[int]]]  # the search by text, viewer and bound, which `follows` sets

    def prepare(self, rows: list[Any]) -> None:
        """Read the values of the columns that are not in these rows, in one go."""

    def offers(self, request: HttpRequest, action: str, row: Row) -> bool:
        """Return True if there is anything for this action to do with the row."""
        return True

    def subject(self, row: Row) -> str:
        """Return the subject of a row, for use after a verb: "nils for carol"."""
        return str(row)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The filters, and one account in a column; another lookup from the address bar may scan anything."""
        filters = {getattr(option_filter, "parameter_name", None) for option_filter in self.list_filter}
        return lookup in filters | set(self._account_lookups())

    def _account_lookups(self) -> dict[str, str]:
        """Lookup of one account by its id -> the column that holds it."""
        columns = [field.name for field in self.opts.fields if field.related_model is Account]
        return {f"{column}__id__exact": column for column in columns if column in self.search_fields}

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
        """The accounts that a search means, best first, found once for the list and all its facets."""
        if not hasattr(request, "matching"):
            by_email = request.user.has_perm("accounts.change_account")
            whole = lookup.matching(text, settings.LOCAL_DOMAIN, FOUND, by_email=by_email)
            found = [*sorted(whole, reverse=True), *ListAdmin.people(text, request.user.pk or 0, FOUND)]
            request.matching = list(dict.fromkeys(found))  # type: ignore[attr-defined]
        matching: list[int] = request.matching  # type: ignore[attr-defined]
        return matching

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        goes_on_at = ""
        if request.method == "POST":
            data = request.POST.copy()
            if one := data.get("one"):  # a row's own button is the action on that row alone
                data["action"], _, row = one.partition(":")
                data["index"] = data["select_across"] = "0"
                data.setlist(ACTION_CHECKBOX_NAME, [row])
                goes_on_at = self._beside(request, str(data["action"]), row)
            ticked = [row for row in data.getlist(ACTION_CHECKBOX_NAME) if _is_id(row)]
            data.setlist(ACTION_CHECKBOX_NAME, ticked[:AT_ONCE])
            request.POST = data  # type: ignore[assignment]  # frozen only against accidents
        response = super().changelist_view(request, {"title": self._title(request)})
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            response.context_data["labels"] = self._labels(response.context_data["cl"])
        elif isinstance(response, HttpResponseRedirect) and goes_on_at:
            response["Location"] += goes_on_at
        return response

    def _title(self, request: HttpRequest) -> str:
        """The list's name, and of whom it is if it is one person's."""
        title = str(self.opts.verbose_name_plural).capitalize()
        for lookup_of_one, column in self._account_lookups().items():
            one = request.GET.get(lookup_of_one, "")
            if _is_id(one) and (account := Account.objects.filter(pk=one).first()):
                title += f", {self.opts.get_field(column).verbose_name} {account.acct}"  # type: ignore[union-attr]
        return title

    def _labels(self, changelist: ChangeList) -> list[tuple[str, str]]:
        """The columns' names, which a card on a small screen shows beside their values."""
        columns: list[Any] = [column for column in changelist.list_display if column != "action_checkbox"]
        return [
            (getattr(column, "__name__", column), str(label_for_field(column, self.model, self)).capitalize())
            for column in columns
            if getattr(column, "__name__", column) != "buttons"
        ]

    def _beside(self, request: HttpRequest, action: str, row: str) -> str:
        """The fragment of the same button in the next row, or else in the one before: there the focus goes."""
        with suppress(IncorrectLookupParameters):
            shown = list(self.get_changelist_instance(request).result_list)
            place = next((index for index, each in enumerate(shown) if str(each.pk) == row), None)
            if place is not None:
                for each in [*shown[place + 1 :], *reversed(shown[:place])]:
                    if self.offers(request, action, each):
                        return f"#{action}-{each.pk}"
        return ""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row | None:
        """None for what no id can be: not every database looks for it."""
        return super().get_object(request, object_id, from_field) if _is_id(object_id) else None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's bulk deletion, which knows no rules."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        allowed = [action for action in self.row_actions if action in self.get_actions(request)]
        if not allowed:
            return [*self.list_display]

        @admin.display(description="actions")
        def buttons(row: Row) -> str:
            """Of the list's form, so that they need no form of their own; `changelist_view` understands them."""
            offered = [action for action in allowed if self.offers(request, action, row)]
            subject = self.subject(row) if offered else ""
            return format_html_join(" ", BUTTON, ((name, row.pk, self.row_actions[name], subject) for name in offered))

        return [*self.list_display, buttons]

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> HttpResponse | None:
        action = request.POST.get("action", "")
        if action in self.get_actions(request) and "confirmed" not in request.POST:
            chosen = self._chosen(request, queryset)
            if len(chosen) > UNASKED or (chosen and action in self.reasoned):
                return self._confirmation(request, action, chosen)
        return super().response_action(request, queryset, *args)

    def _chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The rows that an action would take."""
        if request.POST.get("select_across") != "1":
            queryset = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        return list(queryset.order_by(*(self.taken_first or queryset.query.order_by))[:AT_ONCE])

    def _confirmation(self, request: HttpRequest, action: str, chosen: Sequence[Any]) -> HttpResponse:
        """Ask whether so many are meant. It names the rows to the form, so that no others are taken then."""
        across = request.POST.get("select_across") == "1"
        context = self.admin_site.each_context(request) | {
            "title": "Are you sure?",
            "opts": self.opts,
            "media": self.media,
            "action": action,
            "description": self.get_actions(request)[action][2],
            "rows": [row.pk for row in chosen] if across else request.POST.getlist(ACTION_CHECKBOX_NAME),
            "count": len(chosen),
            "sample": [self.subject(row) for row in chosen[:SAMPLE]],
            "others": max(len(chosen) - SAMPLE, 0),
            "most": AT_ONCE if across and len(chosen) == AT_ONCE else 0,
            "checkbox": ACTION_CHECKBOX_NAME,
            "asks_reason": action in self.reasoned,
            "from": request.POST.get("from", ""),
        }
        return TemplateResponse(request, "accounts/admin/confirm.html", context)

    def each(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        write: Callable[[Any], bool],
        done: str,
        otherwise: str = "had gone meanwhile",
    ) -> None:
        """Do something to every row, up to `AT_ONCE`, and say to how many: "Approved 2 follow requests."."""
        self.together(request, rows, lambda taken: sum(write(row) for row in taken), done, otherwise)

    def together(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        write: Callable[[list[Any]], int],
        done: str,
        otherwise: str = "had gone meanwhile",
    ) -> None:
        """As `each`, with all rows in one call of `write`, which returns to how many it did it."""
        across = request.POST.get("select_across") == "1"
        taken = list((rows.order_by(*self.taken_first) if self.taken_first else rows)[:AT_ONCE])
        count = write(taken)
        left = len(taken if across else request.POST.getlist(ACTION_CHECKBOX_NAME)) - count
        if count:
            name = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
            self.message_user(request, f"{done} {count} {name}.", messages.SUCCESS)
        if left:
            self.message_user(request, f"{left} {otherwise}.", messages.WARNING)
        if across and len(taken) == AT_ONCE:
            self.message_user(request, f"One click changes at most {AT_ONCE}; there may be more.", messages.WARNING)


BUTTON = (
    '<button type="submit" class="button" name="one" id="{0}-{1}" value="{0}:{1}" aria-label="{2} {3}">{2}</button>'
)


class ReadOnlyAdmin(ListAdmin[Row]):
    """Rows that nobody adds, changes or deletes by form, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DomainsAdmin(admin.ModelAdmin[Row]):
    """A list of the names of servers, found in any spelling."""

    change_list_template = "accounts/admin/change_list.html"
    search_fields = ("domain",)
    search_help_text = "Part of the name of a server, in any spelling."
    ordering = ("domain",)
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(domain__contains=sought_domain(search_term.strip().removeprefix("@"))), False


def actor(request: HttpRequest) -> Actor:
    """The moderator, as the log of decisions will name them."""
    return Actor(request.user.pk, "admin")


def moderator_of(request: HttpRequest) -> Account:
    """The moderator, to whom the admin has been opened."""
    assert isinstance(request.user, Account)  # noqa: S101
    return request.user


def link_to_rows(name: str, text: str, **lookups: object) -> str:
    """A link to the rows of a list, such as `follows_report`, that these lookups and filters leave."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{name}_changelist"), urlencode(lookups), text)


def _is_id(value: str) -> bool:
    return value.isdecimal() and len(value) <= 10 and 0 < int(value) <= lookup.MAX_ID
