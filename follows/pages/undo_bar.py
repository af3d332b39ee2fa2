"""The bar after decisions: their outcomes in sentences, and the Undo button."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from follows import history, relationships
from follows.deciding import Batched, Result
from follows.history import Summary
from follows.models import Decision
from follows.pages.caller import next_page
from follows.pages.forms import number
from follows.pages.people import faces_of

Kind = Decision.Kind


SAID = ("done", "gone", "late", "who")  # what the address says


class Told(NamedTuple):
    """The text of the bar, and the batch that its Undo takes back; None if nothing can be undone."""

    sentences: list[str]
    undo: int | None


def told(request: HttpRequest, member: int) -> Told | None:
    """Return the bar for the actions in the address of this page; None if it names none."""
    batch, gone, late, who = (number(request.GET.get(name)) for name in SAID)
    found = history.summary(member, batch) if batch else None
    sentences = [*(_done(found) if found else []), *([now(member, who)] if who else _gone(gone)), *_late(late)]
    return Told(sentences, batch if found and found.undoable else None) if sentences else None


def about(member: int, found: Batched) -> Told:
    """The bar for what was decided just now."""
    summary = history.summary(member, found.batch)
    return Told([*_done(summary), *_gone(_number(found, Result.GONE))], found.batch if summary.undoable else None)


def now(member: int, account: int) -> str:
    """Describe the present state of an account whose request is gone."""
    name = next((face.name for face in faces_of([account]).values()), "")
    ties = relationships.one(member, account) if name else None
    if ties and ties.followed_by:
        return _named(_("%(name)s follows you already."), name)
    if ties and ties.requested_by:
        return _named(_("%(name)s has asked again in the meantime."), name)
    if ties:
        return _named(_("The request of %(name)s is gone: it was rejected, or taken back."), name)
    return _("The account no longer exists.")


def back(request: HttpRequest, found: Batched, fallback: str, who: int = 0) -> HttpResponse:
    """Return to the list, which shows the outcome.

    `who` is the account of a single request that was gone.
    """
    said = zip(SAID, (found.batch, _number(found, Result.GONE), _number(found, Result.TOO_LATE), who), strict=True)
    address = next_page(request, fallback)
    query = urlencode([(name, value) for name, value in said if value])
    return HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{query}" if query else address)


def _number(found: Batched, result: Result) -> int:
    return sum(outcome.result is result for outcome in found.outcomes)


def _done(found: Summary) -> Sequence[str]:
    number = sum(found.counts.values())
    name = next((face.name for face in faces_of(found.accounts).values()), "") if number == 1 else ""
    sentences: list[str] = []
    for kind, count in found.counts.items():
        if name and kind in _ONE:
            sentences.append(_named(_ONE[kind](), name))
        elif kind in _MANY:
            sentences.append(_MANY[kind](count) % {"number": count})
    if found.kept_out:
        text = ngettext("%(number)d is kept out now.", "%(number)d are kept out now.", found.kept_out)
        sentences.append(text % {"number": found.kept_out})
    return sentences


def _named(text: str, name: str) -> SafeString:
    """The sentence with the name, which does not turn the words around it if it is written from right to left."""
    return format_html(text.replace("%(name)s", "<bdi>{}</bdi>"), name)


def _gone(number: int) -> Sequence[str]:
    if not number:
        return []
    text = ngettext(
        "%(number)d was gone: taken back, or answered already.",
        "%(number)d were gone: taken back, or answered already.",
        number,
    )
    return [text % {"number": number}]


def _late(number: int) -> Sequence[str]:
    if not number:
        return []
    text = ngettext(
        "%(number)d cannot be undone: it is older than a day, or something changed since.",
        "%(number)d cannot be undone: they are older than a day, or something changed since.",
        number,
    )
    return [text % {"number": number}]


_ONE = {
    Kind.ACCEPTED: lambda: _("You approved %(name)s."),
    Kind.REJECTED: lambda: _("You rejected %(name)s."),
    Kind.REMOVED: lambda: _("%(name)s no longer follows you."),
    Kind.CANCELLED: lambda: _("You took back your request to %(name)s."),
    Kind.UNDONE: lambda: _("Undone: %(name)s is back where they were."),
}
_MANY = {
    Kind.ACCEPTED: lambda count: ngettext(
        "You approved %(number)d request.", "You approved %(number)d requests.", count
    ),
    Kind.REJECTED: lambda count: ngettext(
        "You rejected %(number)d request.", "You rejected %(number)d requests.", count
    ),
    Kind.REMOVED: lambda count: ngettext(
        "You removed %(number)d follower.", "You removed %(number)d followers.", count
    ),
    Kind.CANCELLED: lambda count: ngettext(
        "You took back %(number)d request.", "You took back %(number)d requests.", count
    ),
    Kind.UNDONE: lambda count: ngettext("%(number)d decision undone.", "%(number)d decisions undone.", count),
}
