"""The notification policy of an account, and the senders whose notices it keeps aside.

The policy decides when a notice is made (mastodon.md §5.9); changing it leaves earlier ones as they are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts import databases
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.statements import Statement, each, given
from follows.models import Follow, Mute, Notice, NoticePermission, NoticePolicy, Rule
from follows.policy import flag, limited, unexpired

NEW_ACCOUNT = timedelta(days=30)
RULES = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
    "for_bots",
)
Rules = dict[str, str]  # a rule's name -> accept, filter or drop


class Verdict(Enum):
    TELL = "tell"
    FILTER = "keep aside"
    DROP = "do not even keep"


def verdict(recipient: int, actor: int, hour: int) -> tuple[Verdict, int | None]:
    """Return the verdict on a notice, and the hour when the recipient's last group of followers began, up to `hour`.

    :raises NoSuchAccount: when one of the two was deleted meanwhile.
    """
    found = _POLICY.first(recipient=recipient, actor=actor, hour=hour, now=timezone.now())
    if found is None:
        raise NoSuchAccount
    bucket, muted, is_limited, *row = found
    if muted:
        return Verdict.DROP, bucket
    if row[0] is None and not is_limited:  # no policy: of the rules that can be met only that for limited ones filters
        return Verdict.TELL, bucket
    sender = _SENDERS.first(recipient=recipient, actors=[actor], now=timezone.now())
    if sender is None:
        raise NoSuchAccount
    return _judge(_rules(row), sender), bucket


def verdicts(recipient: int, actors: Sequence[int], hour: int) -> tuple[dict[int, Verdict], int | None]:
    """As `verdict`, on a notice about each of these actors, by actor.

    :raises NoSuchAccount: when the recipient was deleted meanwhile; for a deleted actor there is no verdict.
    """
    found = _RECIPIENT.first(recipient=recipient, hour=hour)
    if found is None:
        raise NoSuchAccount
    bucket, *row = found
    rules = _rules(row)
    senders = _SENDERS.rows(recipient=recipient, actors=actors, now=timezone.now())
    return {sender.id: _judge(rules, sender) for sender in senders}, bucket


def policy(account: int) -> Rules:
    """The account's rules, all of them."""
    kept = NoticePolicy.objects.filter(account=account).first() or NoticePolicy()
    return {name: getattr(kept, name) for name in RULES}


def change_policy(account: int, **rules: str) -> None:
    """Set some rules; the others stay."""
    NoticePolicy.objects.update_or_create(account_id=account, defaults=rules)


def kept_aside(account: int) -> QuerySet[Notice]:
    """New followers whom the policy keeps aside. Filtered requests wait among all requests, see `queries`."""
    return Notice.objects.filter(recipient=account, filtered=True, bucket__isnull=False)


def hear(account: int, notices: Iterable[int]) -> None:
    """Let in the senders of these kept notices, with all that was kept of them, and from now on."""
    with databases.atomic(Notice):
        senders = _senders(account, notices)
        NoticePermission.objects.bulk_create(
            [NoticePermission(recipient_id=account, actor_id=sender) for sender in senders], ignore_conflicts=True
        )
        Notice.objects.filter(recipient=account, actor__in=senders, filtered=True).update(filtered=False)


def ignore(account: int, notices: Iterable[int]) -> None:
    """Take away all that was kept of the senders of these notices."""
    with databases.atomic(Notice):
        kept_aside(account).filter(actor__in=_senders(account, notices)).delete()


def _senders(account: int, notices: Iterable[int]) -> list[int]:
    return list(kept_aside(account).filter(pk__in=notices).values_list("actor_id", flat=True))


def _rules(row: Sequence[str | None]) -> Rules:
    """The rules that were read; without a policy they are those of a new one."""
    blank = NoticePolicy()
    return {name: rule or getattr(blank, name) for name, rule in zip(RULES, row, strict=True)}


def _judge(rules: Rules, sender: "_Sender") -> Verdict:
    """The follower has only begun to follow, so `for_not_followers` applies to all of them."""
    if sender.muted:
        return Verdict.DROP
    if sender.permitted:
        return Verdict.TELL
    met = {rules["for_not_followers"]}
    if not sender.followed:
        met.add(rules["for_not_following"])
        if abs(timezone.now() - sender.created_at) < NEW_ACCOUNT:
            met.add(rules["for_new_accounts"])
        if sender.limited:
            met.add(rules["for_limited_accounts"])
        if sender.bot:
            met.add(rules["for_bots"])
    if Rule.DROP in met:
        return Verdict.DROP
    return Verdict.FILTER if Rule.FILTER in met else Verdict.TELL


class _Sender(NamedTuple):
    id: int
    muted: bool
    limited: bool
    created_at: datetime
    bot: bool
    followed: bool
    permitted: bool


def _mutes(actor: Any) -> Exists:
    mutes = Mute.objects.filter(muter=given("recipient"), target=actor, notices_too=True)
    return Exists(mutes.filter(unexpired()))


def _recipient() -> QuerySet[Account]:
    """The recipient, with the hour when its last group of followers began."""
    groups = Notice.objects.filter(recipient=given("recipient"), bucket__lte=given("hour", IntegerField()))
    last = Subquery(groups.order_by("-bucket").values("bucket")[:1])
    return Account.objects.filter(pk=given("recipient")).annotate(last=last)


_THEIRS = [f"notice_policy__{rule}" for rule in RULES]
_RECIPIENT: Statement[Any] = Statement(None, lambda _: _recipient().values_list("last", *_THEIRS))
_POLICY: Statement[Any] = Statement(
    None,
    lambda _: (
        _recipient()
        .annotate(
            muted=_mutes(given("actor")),
            limited=Exists(Account.objects.filter(limited(), pk=given("actor"))),
        )
        .values_list("last", "muted", "limited", *_THEIRS)
    ),
)
_SENDERS = Statement(
    _Sender,
    lambda _: (
        Account.objects.filter(pk__among=each("actors"))
        .annotate(
            muted=_mutes(OuterRef("pk")),
            limited=flag(limited()),
            followed=Exists(Follow.objects.accepted().filter(follower=given("recipient"), target=OuterRef("pk"))),
            permitted=Exists(NoticePermission.objects.filter(recipient=given("recipient"), actor=OuterRef("pk"))),
        )
        .values_list(*_Sender._fields)
    ),
)
