"""The errors of values, in the words of the pages."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validation import Fault, Invalid, Problem

PROBLEMS = {
    Problem.BLANK: _("This is required."),
    Problem.INVALID: _("This is not valid."),
    Problem.TAKEN: _("This is already in use."),
    Problem.RESERVED: _("This name is reserved. Choose another one."),
    Problem.TOO_LONG: _("This is longer than {bound} characters."),
    Problem.TOO_SHORT: _("This is shorter than {bound} characters."),
    Problem.TOO_MANY: _("Choose {bound} at most."),
    Problem.NOT_ACCEPTED: _("This is not allowed here."),
    Problem.REFUSED: _("Addresses of this domain are refused here."),
}


NUMBER = re.compile(r"\d[\d,]*")
PICTURES = {  # by the words of `images` and its decoder, which are for the APIs; {} is a number
    "": _("This is not a picture."),
    "has a format that cannot be used here: send JPEG, PNG, GIF or WebP": _("Choose a JPEG, PNG, GIF or WebP."),
    "has too many scans: a JPEG may have at most {}": _(
        "This JPEG has more than {} scans. Save it again in another program."
    ),
    "has too many frames: a moving picture may have at most {}": _("This picture has more than {} frames."),
    "is too large: all frames may have at most {} megapixels together": _(
        "This picture is too large. All its frames may have at most {} megapixels together."
    ),
    "is too large for a picture that moves: use fewer frames": _("This picture is too large. Use fewer frames."),
    "is too large: each side may have at most {} pixels, and the whole {} megapixels": _(
        "This picture is too large. Each side may have at most {} pixels, and the whole {} megapixels."
    ),
    "is too long or too high: one side may be at most {} times the other": _(
        "This picture is too long or too high. One side may be at most {} times the other."
    ),
    "is too large: the file may have at most {} MB": _("This file is too large. It may have at most {} MB."),
    "cannot be read now, because others are being read; please try again in a minute": _(
        "The server is reading many pictures now. Please try again in a minute."
    ),
    "takes too long or too much memory to be read": _("This picture takes too long to read. Choose a smaller one."),
}


def add_faults(form: forms.Form, invalid: Invalid) -> None:
    """Show each fault at its field; one of a value that the form does not ask for, above all fields."""
    for fault in invalid.faults:
        field = fault.field if fault.field in form.fields else None
        form.add_error(field, _told(fault))


def _told(fault: Fault) -> str:
    if fault.field in {"avatar", "header"}:
        words, numbers = NUMBER.sub("{}", fault.reason), NUMBER.findall(fault.reason)
        return str(PICTURES.get(words, PICTURES[""])).format(*numbers)
    return fault.reason or str(PROBLEMS[fault.problem]).format(bound=fault.bound)
