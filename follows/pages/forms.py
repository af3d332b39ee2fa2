"""The forms of the pages about people."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext_lazy as _

from accounts.lookup import MAX_ID
from accounts.validation import Invalid
from follows.deciding import MOST
from follows.gate import approvals
from follows.models import Reason
from follows.models.edges import MAX_NOTE

MOST_DAYS = 36_500
MAX_COMMENT = 1000  # characters


class _Lines(forms.CharField):
    """Text of several lines; a browser sends each end of a line as two characters, which count as one."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class AskForm(forms.Form):
    """A note to the owner of an account, with the request to follow it."""

    note = _Lines(
        max_length=MAX_NOTE,
        required=False,
        label=_("A note, if you like"),
        help_text=format_lazy(_("Up to {most} characters. Only the owner of the account sees it."), most=MAX_NOTE),
    )


class ReportForm(forms.Form):
    """A report to the moderators about an account."""

    reason = forms.TypedChoiceField(
        choices=[
            (Reason.SPAM.value, _("Spam")),
            (Reason.IMPERSONATION.value, _("Impersonation: it pretends to be somebody else")),
            (Reason.INAPPROPRIATE.value, _("Inappropriate content")),
            (Reason.FAKE.value, _("Fake account")),
            (Reason.FRAUD.value, _("Fraud")),
            (Reason.OTHER.value, _("Something else")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        label=_("What is wrong with this account?"),
    )
    comment = _Lines(max_length=MAX_COMMENT, required=False, label=_("More about it"))


class ApproveForm(forms.Form):
    """Handles, one or many lines, and until when they may come."""

    handles = forms.CharField(
        max_length=MOST * 320,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        label=_("Handles"),
        help_text=_("One or more, such as @dora or @dora@server.example, each on a line. They need not exist yet."),
    )
    until = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label=_("Until (empty for no end)")
    )

    def clean_handles(self) -> list[str]:
        found = self.cleaned_data["handles"].replace(",", "\n").split()
        if len(found) > MOST:
            raise forms.ValidationError(_("Enter %(most)d handles at most."), params={"most": MOST})
        for handle in found:
            try:
                approvals.parsed(handle)
            except Invalid:
                text = _("%(handle)s is not a valid handle. Write @name, or @name@server.example.")
                raise forms.ValidationError(text, params={"handle": handle[:80]}) from None
        return list(dict.fromkeys(found))

    def clean_until(self) -> datetime | None:
        """The last moment of the day in the member's time zone."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return datetime.combine(day, time.max, get_current_timezone())


class KeepOutForm(forms.Form):
    """A handle, or the name of a server."""

    who = forms.CharField(
        max_length=320,
        label=_("Account or server"),
        help_text=_("Write @name, @name@server.example, or server.example for everybody there."),
    )


def number(text: str | None) -> int:
    """An id or a count that was sent; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= MAX_ID else 0


def numbers(form: QueryDict, name: str) -> list[int]:
    """The ids that were sent by this name, at most `MOST`; nonsense is left out."""
    return [found for text in form.getlist(name)[:MOST] if (found := number(text))]
