"""The result of a follow: one order of rules, asked under the pair lock in one statement.

| row | when | then |
| --- | --- | --- |
| 0 | oneself, blocked, suspended | refused |
| 1 | a moderators' rule for the server: refuse, or mutuals only and not mutual | refused like a block |
| 2 | the owner keeps the account or its server out | a hidden request |
| 3 | the owner approved the account in advance | a follow; the approval is used up |
| 4 | a rule of the owner accepts it | a follow |
| 5 | the owner has paused | a request without a notice |
| 6 | locked, or the account must ask | a request |
| 7 | else | a follow |

The fields of a member's gate are in `settings`.
"""

from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from django.utils import timezone

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Verification
from follows.gate import facts
from follows.gate.facts import Draft, Facts, Requester
from follows.models import ArrivalReason, Follow, GateRule, ServerRuleKind
from follows.policy import Blocked, FollowsTooMany, SelfFollow, check_ceiling

PAUSED = 5  # the row of the table
MASS = 5000  # an account that follows more, and `MASS_RATIO` times as many as follow it, follows very many
MASS_RATIO = 10


class Outcome(Enum):
    """The outcomes of a follow."""

    FOLLOW = "follow"
    REQUEST = "request"
    ASIDE = "aside"
    REFUSED = "refused"


class Answer(NamedTuple):
    """The result of a follow, with the row of the table that decides it, and the reason."""

    outcome: Outcome
    row: int
    rule: str | None = None  # a `GateRule`, or the field of the gate that made it a request
    reason: ArrivalReason | None = None


def answer(follower: int, target: int) -> Answer:
    """Return the result of a follow. Call it under the pair lock if the result has to stay true.

    :raises SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target, or it is suspended.
    :raises Blocked: when either blocks the other or the other's server, or by a rule for the follower's server.
    """
    found = check(follower, target)
    if found.outcome is Outcome.REFUSED:
        raise Blocked
    return found


def check(follower: int, target: int, draft: Draft | None = None) -> Answer:
    """As `answer`, but a refusal is an answer, too. With `draft` as it will be once the owner saves that.

    :raises SelfFollow, NoSuchAccount: as `answer`.
    """
    if follower == target:
        raise SelfFollow
    known = facts.of(follower, target, draft)
    if known is None:
        raise NoSuchAccount
    return judge(known)


def foresee(follower: int, target: int, draft: Draft | None = None) -> Answer:
    """Return the result that a follow would have now, for its owner. An existing follow or request is row 0: it stays.

    With `draft` as it will be once the owner saves that.

    :raises NoSuchAccount: when there is no such follower or target.
    """
    requester = Account.objects.filter(pk=follower, unconfirmed=False).first()
    if requester is None:
        raise NoSuchAccount
    if follower == target or requester.suspended_at:
        return Answer(Outcome.REFUSED, 0)
    edge = Follow.objects.filter(follower=follower, target=target, aside=False).first()
    if edge:
        return Answer(Outcome.FOLLOW if edge.accepted_at else Outcome.REQUEST, 0)
    try:
        check_ceiling(follower)
    except FollowsTooMany:
        return Answer(Outcome.REFUSED, 0)
    return check(follower, target, draft)


def suppose(requester: Requester, draft: Draft) -> Answer:
    """Return the result that a follow by an imagined account would have; nothing is read."""
    return judge(facts.imagined(requester, draft))


def judge(known: Facts) -> Answer:
    """The answer that follows from these facts, by the first row of the table that fits."""
    if known.parted:
        return Answer(Outcome.REFUSED, 0)
    mutuals_only = known.server_rule == ServerRuleKind.MUTUALS_ONLY
    if known.server_rule == ServerRuleKind.REFUSE or (mutuals_only and not known.followed):
        return Answer(Outcome.REFUSED, 1)
    return _judge(known, *_asking(known))


def _judge(known: Facts, rule: str | None, reason: ArrivalReason | None) -> Answer:
    if known.kept_out:
        return Answer(Outcome.ASIDE, 2, None, reason or ArrivalReason.KEPT_OUT)
    if known.approved:
        return Answer(Outcome.FOLLOW, 3, GateRule.APPROVED)
    if accepting := _accepting(known):
        return Answer(Outcome.FOLLOW, 4, accepting)
    if known.paused:
        return Answer(Outcome.REQUEST, PAUSED, "paused", reason or ArrivalReason.PAUSED)
    if reason:
        return Answer(Outcome.REQUEST, 6, rule, reason)
    return Answer(Outcome.FOLLOW, 7)


def _accepting(known: Facts) -> GateRule | None:
    if known.remote:  # an account of another server decides there
        return None
    if known.accept_followed and known.followed:
        return GateRule.ACCEPT_FOLLOWED
    if known.accept_friends and known.friends >= known.accept_friends:
        return GateRule.ACCEPT_FRIENDS
    if known.accept_verified and known.verification == Verification.VERIFIED:
        return GateRule.ACCEPT_VERIFIED
    return None


def _asking(known: Facts) -> tuple[str | None, ArrivalReason | None]:
    """Return the field of the gate, if it is one, and the reason that make the follow a request."""
    days = known.ask_new_days
    new = bool(days and known.since and timezone.now() - known.since < timedelta(days=days))
    mass = known.following > MASS and known.following > MASS_RATIO * known.followers
    causes: list[tuple[object, str | None, ArrivalReason]] = [
        (known.remote, None, ArrivalReason.REMOTE),
        (known.locked, "locked", ArrivalReason.LOCKED),
        (known.limited or known.server_rule == ServerRuleKind.LIMITED, None, ArrivalReason.LIMITED),
        (known.server_rule == ServerRuleKind.MUST_ASK, None, ArrivalReason.SERVER),
        (known.ask_bots and known.bot, "ask_bots", ArrivalReason.BOT),
        (new, "ask_new_days", ArrivalReason.NEW),
        (known.ask_mass and mass, "ask_mass", ArrivalReason.MASS),
    ]
    return next(((rule, reason) for holds, rule, reason in causes if holds), (None, None))
