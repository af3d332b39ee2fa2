"""The errors of values, in the words of the pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validation import Invalid, Problem

PROBLEMS = {
    Problem.BLANK: _("This is required."),
    Problem.INVALID: _("This is not valid."),
    Problem.TAKEN: _("This is already in use."),
    Problem.TOO_LONG: _("This is longer than {bound} characters."),
    Problem.TOO_SHORT: _("This is shorter than {bound} characters."),
    Problem.TOO_MANY: _("Choose {bound} at most."),
    Problem.NOT_ACCEPTED: _("This is not allowed here."),
    Problem.REFUSED: _("Addresses of this domain are refused here."),
}


def add_faults(form: forms.Form, invalid: Invalid) -> None:
    """Show each fault at its field; one of a value that the form does not ask for, above all fields."""
    for fault in invalid.faults:
        field = fault.field if fault.field in form.fields else None
        form.add_error(field, fault.reason or PROBLEMS[fault.problem].format(bound=fault.bound))
