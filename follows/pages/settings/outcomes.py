"""The results that requests would have, in sentences: for imagined accounts, and for a real one."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import lookup
from accounts.lookup import NoSuchAccount
from follows.gate import rules
from follows.gate.facts import Draft, Requester
from follows.gate.rules import MASS, Answer
from follows.gate.rules import Outcome as Foreseen
from follows.models import ArrivalReason

ICONS = {Foreseen.FOLLOW: "check", Foreseen.REQUEST: "inbox", Foreseen.ASIDE: "pause", Foreseen.REFUSED: "ban"}
REASONS: dict[ArrivalReason | None, str | Promise] = {
    ArrivalReason.LOCKED: gettext_lazy("{who} has to ask, because you want to be asked."),
    ArrivalReason.LIMITED: gettext_lazy("{who} has to ask, because moderators limit this account."),
    ArrivalReason.SERVER: gettext_lazy("{who} has to ask, because of a rule of the moderators for their server."),
    ArrivalReason.BOT: gettext_lazy("{who} has to ask, because you want bots to ask."),
    ArrivalReason.NEW: gettext_lazy("{who} has to ask, because you want new accounts to ask."),
    ArrivalReason.MASS: gettext_lazy("{who} has to ask, because you want accounts that follow very many to ask."),
}
ACCEPTED: dict[str | None, str | Promise] = {
    "approved": gettext_lazy("{who} follows you at once, because you approved this account in advance."),
    "accept_followed": gettext_lazy("{who} follows you at once, because you approve accounts that you follow."),
    "accept_friends": gettext_lazy("{who} follows you at once, because you approve accounts with friends in common."),
    "accept_verified": gettext_lazy("{who} follows you at once, because you approve accounts with the badge."),
}
FOLLOWS = gettext_lazy("{who} follows you at once.")
ASKS = gettext_lazy("{who} has to ask.")
PAUSED = gettext_lazy("{who} has to ask, and you are not told, because you have paused new followers.")
ASIDE = gettext_lazy("{who} can ask, but you do not see the request, because you keep them out.")
REFUSED = gettext_lazy("{who} cannot follow you.")
FOLLOWS_ALREADY = gettext_lazy("{who} follows you already.")
ASKED_ALREADY = gettext_lazy("{who} has asked already. You decide.")


class Outcome(NamedTuple):
    """One sentence, and what it is about: `kind` is follow, request, aside or refused."""

    kind: str
    icon: str
    text: str


def outcomes(owner: int, draft: Draft, name: str = "") -> list[Outcome]:
    """Return the results of these rules, as if they were saved; with a name also for that account."""
    found = [_told(who, rules.suppose(requester, draft)) for who, requester in _requesters(draft)]
    return found + ([_of(owner, draft, name)] if name.strip() else [])


def _requesters(draft: Draft) -> Iterator[tuple[str, Requester]]:
    """Those who everybody thinks of, and those whom a rule means."""
    gate = draft.gate
    yield _("A stranger"), Requester()
    yield _("A bot"), Requester(bot=True)
    yield _("An account that you follow"), Requester(followed=True)
    if number := gate.accept_friends:
        who = ngettext(
            "An account with {number} friend in common", "An account with {number} friends in common", number
        ).format(number=number)
        yield who, Requester(friends=number)
    if gate.accept_verified:
        yield _("An account with the badge"), Requester(verified=True)
    if gate.ask_new_days:
        yield _("An account that was made today"), Requester(days=0)
    if gate.ask_mass:
        yield (
            _("An account that follows {number} accounts").format(number=number_format(2 * MASS, force_grouping=True)),
            Requester(following=2 * MASS),
        )


def _of(owner: int, draft: Draft, name: str) -> Outcome:
    """Return the result for the account with this name."""
    try:
        follower = lookup.by_handle(name, settings.LOCAL_DOMAIN)
        answer = rules.foresee(follower, owner, draft)
    except NoSuchAccount:
        return Outcome("refused", "search", _("There is no account {name}.").format(name=_handle(name)))
    return _told(_handle(name), answer)


def _told(who: str, answer: Answer) -> Outcome:
    return Outcome(answer.outcome.value, ICONS[answer.outcome], str(_sentence(answer)).format(who=who))


def _sentence(answer: Answer) -> str | Promise:
    if answer.outcome is Foreseen.REFUSED:
        return REFUSED
    if answer.outcome is Foreseen.ASIDE:
        return ASIDE
    if answer.outcome is Foreseen.FOLLOW:
        return FOLLOWS_ALREADY if answer.row == 0 else ACCEPTED.get(answer.rule, FOLLOWS)
    if answer.row in {0, rules.PAUSED}:
        return PAUSED if answer.row else ASKED_ALREADY
    return REASONS.get(answer.reason, ASKS)


def _handle(name: str) -> str:
    return f"@{name.strip().removeprefix('@')}"
