"""The cards of a queue: each request with all that helps to decide it.

As in `people` the HTML is made here, for a page of forty must be quick.
"""

from collections.abc import Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from follows import relationships
from follows.finding import discovery
from follows.finding.discovery import Friend
from follows.models import ArrivalReason
from follows.pages.forms import REASONS
from follows.pages.people import day, faces
from follows.queue import Request

_CARD = """<li id="r{id}" class="request" tabindex="-1">\
<input type="checkbox" name="request" value="{id}" aria-label="{tick}">{face}{note}<ul class="known">{facts}</ul>\
<div class="actions">\
<button class="primary" name="accept" value="{id}-{account}">{accept}<span class="unseen"> {name}</span></button>\
<button class="secondary" name="reject" value="{id}-{account}">{reject}<span class="unseen"> {name}</span></button>\
<button class="link" name="keep_out" value="{id}-{account}">{keep_out}<span class="unseen"> {name}</span></button>\
</div></li>
"""
_NOTE = '<p class="said" dir="auto">{}</p>'


def cards(owner: int, found: Sequence[Request]) -> list[SafeString]:
    """The cards of these requests as HTML, in a fixed number of queries; deleted accounts are left out."""
    people = faces(one.account for one in found)
    followed = {one.id for one in relationships.many(owner, people) if one.following}
    named = discovery.names_of_friends(owner, [one.account.account for one in found if one.friends])
    words = {"accept": _("Accept"), "reject": _("Reject"), "keep_out": _("Keep out")}
    tick, waiting = _("Tick %(name)s"), _("Waiting since %(day)s")
    made = []
    for one in found:
        account = one.account.account
        if account in people:
            facts = "".join(f"<li>{escape(fact)}</li>" for fact in _facts(one, account in followed, named[account]))
            name = escape(people[account].name)
            card = _CARD.format(
                id=one.id,
                account=account,
                face=people[account].html,
                name=name,
                tick=tick % {"name": name},
                note=_NOTE.format(escape(one.note)) if one.note else "",
                facts=f"{facts}<li>{waiting % {'day': day(one.asked_at)}}</li>",
                **words,
            )
            made.append(mark_safe(card))  # noqa: S308  # all in it is escaped
    return made


def _facts(one: Request, followed: bool, named: Sequence[Friend]) -> Iterator[str]:
    if one.friends:
        yield _friends(one.friends, named)
    if followed:
        yield _("You follow them")
    for kind, number in one.decided.items():
        if number:
            yield _BEFORE[kind](number) % {"number": number}
    if one.reason is not ArrivalReason.LOCKED:
        yield _("Why: %(reason)s") % {"reason": REASONS[one.reason]}
    if one.while_paused:
        yield _("Came while you had paused")


def _friends(number: int, named: Sequence[Friend]) -> str:
    """How many friends in common, with the names of a few; not of those who hide whom they follow."""
    count = ngettext("%(number)d friend in common", "%(number)d friends in common", number) % {"number": number}
    if not named:
        return count
    values = {"count": count, "names": ", ".join(_isolated(friend.display_name or friend.username) for friend in named)}
    return (_("%(count)s: %(names)s and others") if number > len(named) else _("%(count)s: %(names)s")) % values


def _isolated(name: str) -> str:
    """A name that turns no text around it."""
    return f"\u2068{name}\u2069"


_BEFORE = {
    "accepted": lambda number: ngettext("You accepted them before", "You accepted them %(number)d times", number),
    "rejected": lambda number: ngettext("You rejected them before", "You rejected them %(number)d times", number),
    "removed": lambda number: ngettext("You removed them before", "You removed them %(number)d times", number),
    "expired": lambda number: ngettext("A request expired before", "%(number)d requests expired before", number),
}
