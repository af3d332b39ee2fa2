"""The rules of a member's gate, and a preview of their results before they are saved."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import lookup
from accounts.pages.problems import add_faults
from accounts.pages.settings.tabs import posted, render_settings, settings_page
from accounts.pages.shell import render_page
from accounts.validation import Invalid
from follows import queries
from follows.gate import settings as gates
from follows.gate.facts import Draft
from follows.gate.rules import MASS, MASS_RATIO
from follows.models.gate import EXPIRY_DAYS, MAX_FRIENDS, MAX_NEW_DAYS, MAX_READ_FIRST
from follows.pages.caller import actor, is_htmx
from follows.pages.settings.outcomes import outcomes

RULES = (
    *("accept_followed", "accept_friends", "accept_verified", "ask_bots", "ask_new_days", "ask_mass"),
    *("paused", "paused_until", "expire_days", "read_first"),
)


def _rule(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def _number(label: Any, most: int, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most, help_text=help_text)


class GateForm(forms.Form):
    """The rules in plain sentences. `gates` checks and stores them."""

    locked = _rule(gettext_lazy("Ask me before somebody follows me"))
    accept_waiting = _rule(
        gettext_lazy("Approve all requests that are waiting"),
        gettext_lazy("This applies only if you no longer want to be asked."),
    )
    accept_followed = _rule(gettext_lazy("Approve accounts that I follow"))
    accept_friends = _number(
        gettext_lazy("Approve accounts with at least this many friends in common"),
        MAX_FRIENDS,
        gettext_lazy("These are accounts that you follow and that follow them. Leave it empty to switch the rule off."),
    )
    accept_verified = _rule(gettext_lazy("Approve accounts with the badge"))
    ask_bots = _rule(gettext_lazy("Bots have to ask"))
    ask_new_days = _number(
        gettext_lazy("Accounts that are younger than this many days have to ask"),
        MAX_NEW_DAYS,
        gettext_lazy("Leave it empty to switch the rule off."),
    )
    ask_mass = _rule(
        format_lazy(
            gettext_lazy(
                "Accounts that follow more than {most}, and {ratio} times as many as follow them, have to ask"
            ),
            most=lazy(number_format, str)(MASS, force_grouping=True),
            ratio=MASS_RATIO,
        )
    )
    paused = _rule(
        gettext_lazy("Pause new followers"),
        gettext_lazy(
            "Everybody has to ask, and you get no notice. Accounts that you approve by a rule or in advance still "
            "follow at once."
        ),
    )
    paused_until = forms.DateTimeField(
        label=gettext_lazy("Pause until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Leave it empty to pause until you end it."),
    )
    expire_days = forms.TypedChoiceField(
        label=gettext_lazy("Unanswered requests expire after"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("never")),
            *((days, format_lazy(gettext_lazy("{days} days"), days=days)) for days in EXPIRY_DAYS),
        ],
        help_text=gettext_lazy("They may ask again. Requests of accounts that you follow stay."),
    )
    read_first = forms.CharField(
        label=gettext_lazy("Message that people read before they ask"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_READ_FIRST, "dir": "auto"}),
        help_text=format_lazy(gettext_lazy("Up to {most} characters. Everybody can read it."), most=MAX_READ_FIRST),
    )
    who = forms.CharField(
        label=gettext_lazy("A certain account"),
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"placeholder": "@name", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_paused_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["paused_until"]
        if until and until <= timezone.now() and self.cleaned_data["paused"]:
            raise forms.ValidationError(_("This is in the past."))
        return until

    def rules(self) -> dict[str, Any]:
        """The values to store. A date to pause until means nothing without a pause."""
        sent = {name: self.cleaned_data[name] for name in ("locked", *RULES)}
        return sent if sent["paused"] else sent | {"paused_until": None}

    def draft(self, account: int) -> Draft | None:
        """Return the rules as they would be saved; None if they cannot be, and the form then has the errors."""
        if self.is_valid():
            try:
                return gates.draft(account, **self.rules())
            except Invalid as invalid:
                add_faults(self, invalid)
        return None


@settings_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show the rules and what they do; save them, or with `show` only tell what they would do."""
    account = lookup.by_id(request.user.pk)
    gate = gates.of(account.pk)
    form = GateForm(posted(request), initial=model_to_dict(gate) | {"locked": account.locked})
    draft = form.draft(account.pk) if form.is_bound else Draft(gate, account.locked)
    shows = "show" in request.POST
    if form.is_bound and draft and not shows:
        changed = form.rules()
        accept = form.cleaned_data["accept_waiting"] and not draft.locked
        if draft.locked == account.locked and not accept:
            del changed["locked"]
        gates.change(account.pk, actor(request), accept_waiting=accept, **changed)
        messages.success(request, _("Your rules are saved."))
        return HttpResponseRedirect(reverse("settings_gate"))
    status = 422 if form.errors else 200
    found = outcomes(account.pk, draft, form.data.get("who", "")) if draft else []
    if shows and is_htmx(request):
        return render_page(request, "follows/pages/settings/outcomes", outcomes=found)
    return render_settings(
        request,
        "follows/pages/settings/gate",
        "settings_gate",
        status=status,
        form=form,
        outcomes=found,
        waiting=queries.pending_count(account.pk),
        unsaved=shows,
    )
