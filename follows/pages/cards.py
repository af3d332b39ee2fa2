"""The cards of a queue: each request with the facts that help to decide it.

As in `people`, the HTML is made here and not in templates, because a page of forty must be quick.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from follows import relationships
from follows.finding import discovery
from follows.finding.discovery import Friend
from follows.models import ArrivalReason
from follows.pages.filters import REASONS
from follows.pages.people import day, faces
from follows.queue import Request

_CARD = """<li id="r{id}" class="request" tabindex="-1">\
<input type="checkbox" name="request" value="{id}" aria-label="{tick}">{face}{note}\
<ul class="known">{friends}{facts}<li>{since}</li></ul>\
<div class="actions">\
<button class="primary" name="accept" value="{id}-{account}">{accept}<span class="unseen"> {name}</span></button>\
<button class="secondary" name="reject" value="{id}-{account}">{reject}<span class="unseen"> {name}</span></button>\
<button class="link" name="keep_out" value="{id}-{account}">{keep_out}<span class="unseen"> {name}</span></button>\
</div></li>
"""
_NOTE = '<p class="said" dir="auto">{}</p>'


def cards(owner: int, found: Sequence[Request]) -> SafeString:
    """The cards of these requests as HTML, in a fixed number of queries; deleted accounts are left out."""
    people = faces(one.account for one in found)
    followed = {one.id for one in relationships.many(owner, people) if one.following}
    named = discovery.names_of_friends(owner, [one.account.account for one in found if one.friends])
    words = {"accept": _("Approve"), "reject": _("Reject"), "keep_out": _("Keep out")}
    tick, waiting, language = _("Select %(name)s"), _("Waiting since %(day)s"), get_language()
    made = ""
    for one in found:
        account = one.account.account
        if account in people:
            name = escape(people[account].name)
            before = tuple(one.decided.items())
            made += _CARD.format(
                id=one.id,
                account=account,
                face=people[account].html,
                name=name,
                tick=tick % {"name": name},
                note=_NOTE.format(escape(one.note)) if one.note else "",
                friends=_friends(one.friends, named[account], language) if one.friends else "",
                facts=_facts(account in followed, before, one.reason, bool(one.while_paused), language),
                since=waiting % {"day": day(one.asked_at)},
                **words,
            )
    return mark_safe(made)  # noqa: S308  # all in it is escaped


@lru_cache(1_000)
def _facts(
    followed: bool,
    before: tuple[tuple[str, int], ...],
    reason: ArrivalReason,
    while_paused: bool,
    language: str | None,  # noqa: ARG001  # the words are in this language
) -> str:
    """Return the facts that many requests share, as items of a list."""
    facts = [_("You follow them")] if followed else []
    facts += [_BEFORE[kind](number) % {"number": number} for kind, number in before if number]
    if reason is not ArrivalReason.LOCKED:
        facts.append(_("Why: %(reason)s") % {"reason": REASONS[reason]})
    if while_paused:
        facts.append(_("Asked during your pause"))
    return "".join(f"<li>{escape(fact)}</li>" for fact in facts)


def _friends(number: int, named: Sequence[Friend], language: str | None) -> str:
    """Return the number of friends in common, and a few names, without accounts that hide their follows."""
    # No name turns the text around it.
    names = ", ".join(f"\u2068{friend.display_name or friend.username}\u2069" for friend in named)
    text = _in_common(number, bool(named), number > len(named), language)
    return f"<li>{text.replace('{names}', escape(names))}</li>"


@lru_cache(400)
def _in_common(number: int, named: bool, others: bool, language: str | None) -> str:  # noqa: ARG001  # as above
    count = ngettext("%(number)d friend in common", "%(number)d friends in common", number) % {"number": number}
    if not named:
        return escape(count)
    text = _("%(count)s: %(names)s and others") if others else _("%(count)s: %(names)s")
    return escape(text % {"count": count, "names": "{names}"})


_BEFORE = {
    "accepted": lambda number: ngettext("You approved them before", "You approved them %(number)d times", number),
    "rejected": lambda number: ngettext("You rejected them before", "You rejected them %(number)d times", number),
    "removed": lambda number: ngettext("You removed them before", "You removed them %(number)d times", number),
    "expired": lambda number: ngettext("A request expired before", "%(number)d requests expired before", number),
}
