"""The facts that an answer of `rules` depends on, read in one statement."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Lower
from django.utils import timezone

from accounts.models import Account, Verification
from accounts.statements import Statement, Write, given
from follows.models import Approval, Follow, Gate, KeptOut, ServerRule, Tally
from follows.models.gate import MAX_FRIENDS
from follows.policy import flag, parted
from follows.queries import Count


class Facts(NamedTuple):
    """The facts about the owner and the requester that an answer depends on."""

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


class Draft(NamedTuple):
    """A gate that its owner may be about to save, and whether the account is locked."""

    gate: Gate
    locked: bool


class Requester(NamedTuple):
    """An imagined account of this server that asks. Nothing about it is special but what is given."""

    followed: bool = False
    friends: int = 0
    verified: bool = False
    bot: bool = False
    days: int = 10_000  # since it was made
    following: int = 0


def of(follower: int, target: int, draft: Draft | None = None) -> Facts | None:
    """The facts about a follow; None when there is no such target, or it is suspended.

    With `draft` as they will be once it is saved.
    """
    known = _FACTS.first(target=target, viewer=follower, now=timezone.now())
    if known is None or draft is None:
        return known
    friends = friends_of(target, follower).order_by("-pk")[:MAX_FRIENDS].count() if draft.gate.accept_friends else 0
    return known._replace(friends=friends, **_drafted(draft))


def imagined(requester: Requester, draft: Draft) -> Facts:
    """The facts about a follow by an account that there may not be."""
    return Facts(
        remote=False,
        parted=False,
        server_rule=None,
        limited=False,
        kept_out=False,
        approved=False,
        followed=requester.followed,
        friends=requester.friends,
        bot=requester.bot,
        verification=Verification.VERIFIED if requester.verified else Verification.NONE,
        since=timezone.now() - timedelta(days=requester.days),
        following=requester.following,
        followers=0,
        **_drafted(draft),
    )


def _drafted(draft: Draft) -> dict[str, Any]:
    """The facts that the owner decides about."""
    gate = draft.gate
    lasts = gate.paused_until is None or gate.paused_until > timezone.now()
    copied = ("accept_followed", "accept_friends", "accept_verified", "ask_bots", "ask_new_days", "ask_mass")
    rules = {name: getattr(gate, name) for name in copied}
    return {"locked": draft.locked, "paused": gate.paused and lasts} | rules


def use_up_approval(owner: int, follower: int) -> None:
    """An approval lets in once."""
    _USE_UP.run(target=owner, viewer=follower)


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
    friends = Count(friends_of(given("target"), given("viewer")).order_by("-pk").values("pk")[:MAX_FRIENDS])
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


_FACTS = Statement(Facts, lambda _: _facts())
_USE_UP = Write.delete(lambda: _approvals(given("target")))
