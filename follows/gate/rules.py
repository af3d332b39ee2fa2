"""What becomes of a follow: one order of rules, asked under the pair lock in one statement.

| row | when | then |
| --- | --- | --- |
| 0 | oneself, blocked, suspended | refused |
| 1 | a moderators' rule for the server: refuse, or mutuals only and not mutual | refused like a block |
| 2 | the owner keeps the account or its server out | a request that waits aside |
| 3 | the owner approved the account before | a follow; the approval is used up |
| 4 | a rule of the owner accepts it | a follow |
| 5 | the owner has paused | a request without a notice |
| 6 | locked, or the account must ask | a request |
| 7 | else | a follow |

The fields of a member's gate are in `settings`.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Lower
from django.utils import timezone

from accounts.lookup import NoSuchAccount
from accounts.models import Account, Verification
from accounts.statements import Statement, Write, given
from follows.models import Approval, ArrivalReason, Follow, GateRule, KeptOut, ServerRule, ServerRuleKind, Tally
from follows.models.gate import MAX_FRIENDS
from follows.policy import Blocked, FollowsTooMany, SelfFollow, check_ceiling, flag, parted
from follows.queries import Count

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
    """What becomes of a follow, by which row of the table, and why."""

    outcome: Outcome
    row: int
    rule: str | None = None  # a `GateRule`, or the field of the gate that made it a request
    reason: ArrivalReason | None = None


def answer(follower: int, target: int) -> Answer:
    """What becomes of a follow now. To be called under the pair lock, if it is to stay so.

    :raises SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such target, or it is suspended.
    :raises Blocked: when either blocks the other or the other's server, or by a rule for the follower's server.
    """
    found = check(follower, target)
    if found.outcome is Outcome.REFUSED:
        raise Blocked
    return found


def check(follower: int, target: int) -> Answer:
    """As `answer`, but a refusal is an answer, too.

    :raises SelfFollow, NoSuchAccount: as `answer`.
    """
    if follower == target:
        raise SelfFollow
    facts = _FACTS.first(target=target, viewer=follower, now=timezone.now())
    if facts is None:
        raise NoSuchAccount
    if facts.parted:
        return Answer(Outcome.REFUSED, 0)
    mutuals_only = facts.server_rule == ServerRuleKind.MUTUALS_ONLY
    if facts.server_rule == ServerRuleKind.REFUSE or (mutuals_only and not facts.followed):
        return Answer(Outcome.REFUSED, 1)
    return _judge(facts, *_asking(facts))


def foresee(follower: int, target: int) -> Answer:
    """What would become of a follow now, for its owner to know. A tie that stands is row 0: it stays as it is.

    :raises NoSuchAccount: when there is no such follower or target.
    """
    asker = Account.objects.filter(pk=follower).first()
    if asker is None:
        raise NoSuchAccount
    if follower == target or asker.suspended_at:
        return Answer(Outcome.REFUSED, 0)
    edge = Follow.objects.filter(follower=follower, target=target, aside=False).first()
    if edge:
        return Answer(Outcome.FOLLOW if edge.accepted_at else Outcome.REQUEST, 0)
    try:
        check_ceiling(follower)
    except FollowsTooMany:
        return Answer(Outcome.REFUSED, 0)
    return check(follower, target)


def use_up_approval(owner: int, follower: int) -> None:
    """An approval lets in once."""
    _USE_UP.run(target=owner, viewer=follower)


def _judge(facts: "_Facts", rule: str | None, reason: ArrivalReason | None) -> Answer:
    if facts.kept_out:
        return Answer(Outcome.ASIDE, 2, None, reason or ArrivalReason.KEPT_OUT)
    if facts.approved:
        return Answer(Outcome.FOLLOW, 3, GateRule.APPROVED)
    if accepting := _accepting(facts):
        return Answer(Outcome.FOLLOW, 4, accepting)
    if facts.paused:
        return Answer(Outcome.REQUEST, PAUSED, "paused", reason or ArrivalReason.PAUSED)
    if reason:
        return Answer(Outcome.REQUEST, 6, rule, reason)
    return Answer(Outcome.FOLLOW, 7)


def _accepting(facts: "_Facts") -> GateRule | None:
    if facts.remote:  # an account of another server decides there
        return None
    if facts.accept_followed and facts.followed:
        return GateRule.ACCEPT_FOLLOWED
    if facts.accept_friends and facts.friends >= facts.accept_friends:
        return GateRule.ACCEPT_FRIENDS
    if facts.accept_verified and facts.verification == Verification.VERIFIED:
        return GateRule.ACCEPT_VERIFIED
    return None


def _asking(facts: "_Facts") -> tuple[str | None, ArrivalReason | None]:
    """What makes it a request, were there nothing before: the field of the gate, if it is one, and the reason."""
    days = facts.ask_new_days
    new = bool(days and facts.since and timezone.now() - facts.since < timedelta(days=days))
    mass = facts.following > MASS and facts.following > MASS_RATIO * facts.followers
    causes: list[tuple[object, str | None, ArrivalReason]] = [
        (facts.remote, None, ArrivalReason.REMOTE),
        (facts.locked, "locked", ArrivalReason.LOCKED),
        (facts.limited or facts.server_rule == ServerRuleKind.LIMITED, None, ArrivalReason.LIMITED),
        (facts.server_rule == ServerRuleKind.MUST_ASK, None, ArrivalReason.SERVER),
        (facts.ask_bots and facts.bot, "ask_bots", ArrivalReason.BOT),
        (new, "ask_new_days", ArrivalReason.NEW),
        (facts.ask_mass and mass, "ask_mass", ArrivalReason.MASS),
    ]
    return next(((rule, reason) for holds, rule, reason in causes if holds), (None, None))


class _Facts(NamedTuple):
    """All that an answer depends on."""

    locked: bool
    remote: bool
    parted: bool
    server_rule: int | None
    limited: bool
    kept_out: bool
    approved: bool
    followed: bool  # the owner follows the follower
    friends: int  # accounts that the owner follows and that follow the follower, up to `MAX_FRIENDS`
    paused: bool
    accept_followed: bool | None
    accept_friends: int | None
    accept_verified: bool | None
    ask_bots: bool | None
    ask_new_days: int | None
    ask_mass: bool | None
    bot: bool | None
    verification: int | None
    since: datetime | None
    following: int
    followers: int


def _of_follower(column: str) -> Subquery:
    return Subquery(Account.objects.filter(pk=given("viewer")).values(column))


def _tally_of_follower(column: str) -> Coalesce:
    return Coalesce(Subquery(Tally.objects.filter(pk=given("viewer")).values(column)), 0)


def _kept_out() -> Q:
    rows = KeptOut.objects.filter(owner=OuterRef("pk"))
    theirs = Account.objects.filter(pk=given("viewer"), domain__gt="").values("domain")
    return Q(Exists(rows.filter(account=given("viewer")))) | Q(Exists(rows.filter(domain__in=theirs)))


def _approvals(owner: Any) -> QuerySet[Approval]:
    """Approvals that mean the follower: by the account, or by its handle while no account was known."""
    handles = Account.objects.filter(pk=given("viewer")).annotate(
        handle=Case(
            When(domain="", then=Lower("username")),
            default=Concat(Lower("username"), Value("@"), "domain"),
        )
    )
    return Approval.objects.filter(
        Q(account=given("viewer")) | Q(account__isnull=True, handle__in=handles.values("handle")), owner=owner
    )


def friends_of(owner: Any, follower: Any) -> QuerySet[Follow]:
    """The follows of `owner` whose target follows `follower`, too: at most as many as anybody may follow."""
    theirs = Follow.objects.accepted().filter(follower=OuterRef("target"), target=follower)
    return Follow.objects.accepted().filter(Exists(theirs), follower=owner)


def _facts() -> QuerySet[Any, Any]:
    now = given("now", DateTimeField())
    server_rule = Subquery(
        ServerRule.objects.filter(domain__in=Account.objects.filter(pk=given("viewer")).values("domain")).values("rule")
    )
    followed = Q(Exists(Follow.objects.accepted().filter(follower=OuterRef("pk"), target=given("viewer"))))
    unexpired = Q(until__isnull=True) | Q(until__gt=now)
    approved = Q(Exists(_approvals(OuterRef("pk")).filter(unexpired)))
    limited = Q(Exists(Account.objects.filter(pk=given("viewer"), limited_at__isnull=False)))
    paused = Q(gate__paused=True) & (Q(gate__paused_until__isnull=True) | Q(gate__paused_until__gt=now))
    friends = Count(friends_of(given("target"), given("viewer")).values("pk")[:MAX_FRIENDS])
    return (
        Account.objects.filter(pk=given("target"), suspended_at__isnull=True, unconfirmed=False)
        .annotate(
            remote=flag(Q(domain__gt="")),
            parted=flag(parted()),
            server_rule=server_rule,
            limited=flag(limited),
            kept_out=flag(_kept_out()),
            approved=flag(approved),
            followed=flag(followed),
            friends=Case(
                When(gate__accept_friends__isnull=False, then=friends),
                default=Value(0),
                output_field=IntegerField(),
            ),
            is_paused=flag(paused),
        )
        .values_list(
            "locked",
            "remote",
            "parted",
            "server_rule",
            "limited",
            "kept_out",
            "approved",
            "followed",
            "friends",
            "is_paused",
            "gate__accept_followed",
            "gate__accept_friends",
            "gate__accept_verified",
            "gate__ask_bots",
            "gate__ask_new_days",
            "gate__ask_mass",
            _of_follower("bot"),
            _of_follower("verification"),
            _of_follower("created_at"),
            _tally_of_follower("following"),
            _tally_of_follower("followers"),
        )
    )


_FACTS = Statement(_Facts, lambda _: _facts())
_USE_UP = Write.delete(lambda: _approvals(given("target")))
