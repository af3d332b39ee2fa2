"""The filters of lists, in their addresses: a value that is wrong counts as none."""

from functools import lru_cache
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.lookup import MAX_ID
from follows import followers, queue
from follows.models import ArrivalReason, Decision

REASONS = {
    ArrivalReason.LOCKED: _("your account is locked"),
    ArrivalReason.LIMITED: _("moderators limit this account"),
    ArrivalReason.SERVER: _("a rule of moderators for their server"),
    ArrivalReason.BOT: _("it is a bot"),
    ArrivalReason.NEW: _("the account is new"),
    ArrivalReason.MASS: _("it follows very many accounts"),
    ArrivalReason.REMOTE: _("you are on another server"),
    ArrivalReason.PAUSED: _("you have paused new followers"),
    ArrivalReason.KEPT_OUT: _("you kept them out"),
}
KINDS = {
    Decision.Kind.ASKED: _("asked to follow"),
    Decision.Kind.FOLLOWED: _("followed"),
    Decision.Kind.UNFOLLOWED: _("unfollowed"),
    Decision.Kind.ACCEPTED: _("approved"),
    Decision.Kind.REJECTED: _("rejected"),
    Decision.Kind.CANCELLED: _("taken back"),
    Decision.Kind.REMOVED: _("removed"),
    Decision.Kind.BLOCKED: _("blocked"),
    Decision.Kind.UNBLOCKED: _("unblocked"),
    Decision.Kind.EXPIRED: _("expired"),
    Decision.Kind.UNDONE: _("undone"),
}
DAYS = [(0, _("Any time")), (7, _("A week")), (30, _("30 days")), (90, _("90 days")), (365, _("A year"))]


class Filters(forms.Form):
    """The filters in the address of a list. Values that are wrong are left out, as if they had not been sent."""

    @classmethod
    def read(cls, query: QueryDict) -> "Chosen":
        """The values that were sent, and the form; both are made once for the same filters."""
        sent = tuple((name, tuple(query.getlist(name))) for name in cls.base_fields if name in query)
        return _chosen(cls, sent, get_language())


class Chosen(NamedTuple):
    """Filters by name, without those that are wrong or empty, and their form as HTML."""

    values: dict[str, Any]
    html: SafeString


@lru_cache(200)
def _chosen(
    kind: type[Filters],
    sent: tuple[tuple[str, tuple[str, ...]], ...],
    language: str | None,  # noqa: ARG001  # the form is made in this language
) -> Chosen:
    form = kind(MultiValueDict({name: list(values) for name, values in sent}))
    form.is_valid()
    values = {name: value for name, value in form.cleaned_data.items() if value or value is False}
    filtered = any(name not in {"q", "sort"} for name in values)
    return Chosen(values, render_to_string("follows/pages/filters.html", {"form": form, "filtered": filtered}))


def _flag(label: Any, yes: Any = "", no: Any = "") -> forms.TypedChoiceField:
    choices = [("", _("Any")), ("yes", yes or _("Yes")), ("no", no or _("No"))]
    return forms.TypedChoiceField(
        choices=choices, coerce=lambda value: value == "yes", empty_value=None, required=False, label=label
    )


def _text() -> forms.CharField:
    return forms.CharField(max_length=500, required=False, label=_("Search"))


def _days(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(choices=DAYS, coerce=int, empty_value=None, required=False, label=label)


class QueueFilters(Filters):
    """The filters and the order of follow requests."""

    q = _text()
    sort = forms.ChoiceField(
        choices=[
            (queue.Sort.NEWEST.value, _("Newest first")),
            (queue.Sort.OLDEST.value, _("Longest waiting first")),
            (queue.Sort.FRIENDS.value, _("Most friends in common first")),
        ],
        required=False,
        label=_("Order"),
    )
    reasons = forms.TypedMultipleChoiceField(
        choices=[(reason.value, text) for reason, text in REASONS.items() if reason != ArrivalReason.KEPT_OUT],
        coerce=lambda value: ArrivalReason(int(value)),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Reason for the request"),
    )
    followed = _flag(_("You follow them"))
    min_friends = forms.IntegerField(min_value=1, max_value=99, required=False, label=_("Friends in common, at least"))
    older_than_days = _days(_("Waiting for at least"))
    seen = _flag(_("Seen before"))


class PeopleFilters(Filters):
    """The filters and the order of followers or follows."""

    q = _text()
    sort = forms.ChoiceField(
        choices=[
            (followers.Sort.NEWEST.value, _("Newest first")),
            (followers.Sort.OLDEST.value, _("Oldest first")),
            (followers.Sort.DORMANT.value, _("Longest inactive first")),
        ],
        required=False,
        label=_("Order"),
    )
    mutual = _flag(_("You follow each other"))
    dormant_days = _days(_("Inactive for at least"))
    bot = _flag(_("Bots"))


class Search(Filters):
    """Words alone."""

    q = _text()


class HistoryFilters(Filters):
    """The filters of the log."""

    kinds = forms.TypedMultipleChoiceField(
        choices=[(kind.value, text) for kind, text in KINDS.items()],
        coerce=lambda value: Decision.Kind(int(value)),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Event"),
    )
    mine = _flag(_("About"), _("Your followers"), _("People you follow"))
    account = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False, widget=forms.HiddenInput)


def queue_filter(chosen: Chosen) -> tuple[queue.Filter, queue.Sort]:
    """The filter and the order that `QueueFilters` name."""
    values = {name: value for name, value in chosen.values.items() if name not in {"q", "sort"}}
    sort = queue.Sort(chosen.values.get("sort", queue.Sort.NEWEST))
    return queue.Filter(text=chosen.values.get("q", ""), **values), sort


def people_filter(chosen: Chosen) -> tuple[followers.Filter, followers.Sort]:
    """The filter and the order that `PeopleFilters` name."""
    values = {name: value for name, value in chosen.values.items() if name not in {"q", "sort"}}
    sort = followers.Sort(chosen.values.get("sort", followers.Sort.NEWEST))
    return followers.Filter(text=chosen.values.get("q", ""), **values), sort
