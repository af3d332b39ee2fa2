"""The history of a member: decisions about requesters and followers, and about the member's own requests."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.pages.shell import render_page
from follows import history
from follows.history import Entry
from follows.models import Decision, GateRule
from follows.pages import undo_bar
from follows.pages.caller import PAGE, me, members_page
from follows.pages.filters import HistoryFilters
from follows.pages.people import Face, faces_of
from follows.pages.trail import Trail

Kind = Decision.Kind
OF_THEM = {
    Kind.ASKED: _("Asked to follow you"),
    Kind.FOLLOWED: _("Followed you"),
    Kind.UNFOLLOWED: _("Unfollowed you"),
    Kind.ACCEPTED: _("Approved"),
    Kind.REJECTED: _("Rejected"),
    Kind.CANCELLED: _("Took the request back"),
    Kind.REMOVED: _("Removed from your followers"),
    Kind.BLOCKED: _("Blocked"),
    Kind.UNBLOCKED: _("Unblocked"),
    Kind.EXPIRED: _("The request expired"),
    Kind.UNDONE: _("Undone"),
}
OF_ME = {
    Kind.ASKED: _("You asked to follow them"),
    Kind.FOLLOWED: _("You followed them"),
    Kind.UNFOLLOWED: _("You unfollowed them"),
    Kind.ACCEPTED: _("Your request was approved"),
    Kind.CANCELLED: _("You took your request back"),
    Kind.EXPIRED: _("Your request expired"),
}
BY = {
    "me": _("by you"),
    "moderator": _("by a moderator"),
    "rule": _("by your rules"),
    "server": _("by the server"),
}
RULES = {
    GateRule.APPROVED: _("you approved them in advance"),
    GateRule.ACCEPT_FOLLOWED: _("you follow them"),
    GateRule.ACCEPT_FRIENDS: _("friends in common"),
    GateRule.ACCEPT_VERIFIED: _("verified"),
}
DOORS = {
    "mastodon": _("in a Mastodon app"),
    "twittner": _("in a Twittner app"),
    "extension": _("in an app"),
    "pages": _("on these pages"),
    "admin": _("in the admin"),
    "command": _("by a command"),
}


class Line(NamedTuple):
    """A row of the log in words. `decision` is the id to undo it by, 0 where it cannot be undone."""

    account: int
    face: Face
    what: str | Promise
    how: list[str | Promise]
    when: datetime
    undone: bool
    decision: int


@members_page
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The member's log, of everybody or about one person."""
    form, trail = HistoryFilters.read(request.GET), Trail.of(request)
    chosen = history.Filter(**form.values)
    found = history.history(me(request), chosen, trail.after, PAGE)
    people = faces_of([chosen.account, *(entry.account for entry in found.rows)])
    return render_page(
        request,
        "follows/pages/history",
        lines=[_line(entry, people[entry.account]) for entry in found.rows if entry.account in people],
        person=people.get(chosen.account or 0),
        form=form,
        filtered=chosen != history.Filter(),
        trail=trail,
        next=trail.next(found.after),
        told=undo_bar.told(request, me(request)),
    )


def _line(entry: Entry, face: Face) -> Line:
    what = (OF_THEM if entry.mine else OF_ME)[entry.kind]
    undo = entry.id if entry.undoable else 0
    return Line(entry.account, face, what, list(_how(entry)), entry.decided_at, entry.undone_by is not None, undo)


def _how(entry: Entry) -> Iterator[str | Promise]:
    if entry.mine and entry.by in BY and (entry.by != "me" or entry.kind != Kind.UNDONE):
        yield BY[entry.by]
    if entry.rule in RULES:
        yield RULES[GateRule(entry.rule)]
    if entry.door in DOORS and entry.by != "rule":
        yield DOORS[entry.door]
