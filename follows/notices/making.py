"""The making of notices. They are written and withdrawn in the transaction of their cause.

`policies` decides which notices a recipient gets; reads are in `inbox`. After the commit, `delivery` pushes a notice,
and `feed` streams it, which is notified on PostgreSQL's `CHANNEL`. Filtered notices are neither pushed nor streamed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.utils import timezone

from accounts.refused import Refused
from accounts.statements import Write, each, given
from follows.models import Follow, Notice
from follows.notices import announcing, delivery, policies
from follows.notices.delivery import Told
from follows.notices.policies import Verdict
from follows.policy import flag

Kind = Notice.Kind
FOLLOWS = (Kind.FOLLOWED, Kind.JOINED)  # one and the same to the recipient: somebody new follows
GROUP_HOURS = 12  # new followers are told as one group that is at most so long


class NoSuchNotice(Refused):
    """The account has no notice with this id."""


def tell(recipient: int, actor: int, kind: Notice.Kind, *past: Notice.Kind) -> None:
    """Tell `recipient` about `actor`. Earlier notices of the same kind, and of those that are `past`, give way."""
    withdraw(recipient, actor, kind, *past)
    now = timezone.now()
    hour = _hour(now)
    verdict, bucket = Verdict.TELL, None
    if kind is not Kind.ACCEPTED:
        verdict, last = policies.verdict(recipient, actor, hour)
        if kind in FOLLOWS:
            bucket = _bucket(hour, last)
    if verdict is not Verdict.DROP:
        filtered = verdict is Verdict.FILTER
        _TELL.run(recipient=recipient, actor=actor, kind=kind, now=now, filtered=filtered, bucket=bucket)
    _carry(Told(recipient, actor, kind), verdict)


def tell_joined(owner: int, followers: Sequence[int], follows: Sequence[int]) -> None:
    """Tell an owner and each of these accounts that its request became a follow, whose row is one of `follows`.

    As `tell` does, in the order of the rows. The accounts have their notices by `note_accepted`.
    """
    withdraw_all(owner, followers, Kind.JOINED)
    hour = _hour(timezone.now())
    verdicts, last = policies.verdicts(owner, followers, hour)
    of = {verdict: [follower for follower in followers if verdicts[follower] is verdict] for verdict in Verdict}
    told, filtered = of[Verdict.TELL] + of[Verdict.FILTER], of[Verdict.FILTER]
    _TELL_JOINED.run(owner=owner, follows=follows, told=told, filtered=filtered, bucket=_bucket(hour, last))
    for follower in followers:
        _carry(Told(owner, follower, Kind.JOINED), verdicts[follower])
        _carry(Told(follower, owner, Kind.ACCEPTED), Verdict.TELL)


def note_accepted(owner: int, followers: Sequence[int], follows: Sequence[int]) -> None:
    """Write the notices that `owner` accepted these accounts, whose new rows are `follows`; they are not carried."""
    _WITHDRAW_ACCEPTED.run(owner=owner, followers=followers)
    _NOTE_ACCEPTED.run(owner=owner, follows=follows)


def tell_severed(owner: int, domain: str, followers: int, following: int) -> None:
    """Tell the owner of a block of a whole server how many followers it cuts, and how many that they follow."""
    _FORGET_SEVERED.run(owner=owner, domain=domain)
    now = timezone.now()
    _TELL_SEVERED.run(owner=owner, domain=domain, followers=followers, following=following, now=now)
    announcing.after_commit(Told(owner, owner, Kind.SEVERED))
    delivery.after_commit(Told(owner, owner, Kind.SEVERED))


def withdraw(recipient: int, actor: int, *kinds: Notice.Kind) -> None:
    """Take back notices that are no longer true."""
    _WITHDRAW.run(recipient=recipient, actor=actor, kinds=kinds)


def withdraw_all(recipient: int, actors: Sequence[int], *kinds: Notice.Kind) -> None:
    """Do as `withdraw`, of several actors."""
    _WITHDRAW_ALL.run(recipient=recipient, actors=actors, kinds=kinds)


def forget(recipient: int, actor: int) -> None:
    """`recipient` has never been told about `actor`."""
    _FORGET.run(recipient=recipient, actor=actor)


def mark_seen(recipient: int, ids: Collection[int]) -> None:
    """The recipient has looked at these notices."""
    if ids:
        _MARK_SEEN.run(recipient=recipient, ids=ids)


def dismiss(recipient: int, ids: Collection[int], kinds: Collection[Notice.Kind] = tuple(Kind)) -> int:
    """Take notices away, and return how many; what they are about stays as it is."""
    return _DISMISS.count(recipient=recipient, ids=ids, kinds=kinds)


def dismiss_group(recipient: int, bucket: int) -> None:
    """Delete a group of new followers; it is not an error if there is none."""
    _DISMISS_GROUP.run(recipient=recipient, bucket=bucket)


def clear(recipient: int, kinds: Collection[Notice.Kind]) -> None:
    """Take all notices of these kinds away."""
    _CLEAR.run(recipient=recipient, kinds=kinds)


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600


def _bucket(hour: int, last: int | None) -> int:
    """The group of somebody who follows in this hour, if the last group began in the hour `last`."""
    return last if last and hour < last + GROUP_HOURS else hour


def _carry(told: Told, verdict: Verdict) -> None:
    if verdict is not Verdict.DROP:
        announcing.after_commit(told)
    if verdict is Verdict.TELL:
        delivery.after_commit(told)


def _joined() -> QuerySet[Follow]:
    """The new followers in the order in which they joined."""
    return Follow.objects.filter(target=given("owner"), pk__among=each("follows")).order_by("pk")


_TELL = Write.insert(
    lambda: Notice(
        recipient_id=given("recipient"),
        actor_id=given("actor"),
        kind=given("kind"),
        created_at=given("now"),
        filtered=given("filtered"),
        bucket=given("bucket"),
    )
)
_TELL_SEVERED = Write.insert(
    lambda: Notice(
        recipient_id=given("owner"),
        actor_id=given("owner"),
        kind=Kind.SEVERED,
        created_at=given("now"),
        domain=given("domain"),
        followers_lost=given("followers"),
        following_lost=given("following"),
    )
)
_FORGET_SEVERED = Write.delete(
    lambda: Notice.objects.filter(
        recipient=given("owner"), actor=given("owner"), kind=Kind.SEVERED, domain=given("domain")
    )
)
_NOTE_ACCEPTED = Write.copy(
    Notice,
    _joined,
    recipient=F("follower_id"),
    actor=F("target_id"),
    kind=Value(Kind.ACCEPTED.value),
    created_at=F("accepted_at"),
    seen=Value(False),
    filtered=Value(False),
)
_TELL_JOINED = Write.copy(
    Notice,
    lambda: _joined().filter(follower__among=each("told")),
    recipient=F("target_id"),
    actor=F("follower_id"),
    kind=Value(Kind.JOINED.value),
    created_at=F("accepted_at"),
    seen=Value(False),
    filtered=flag(Q(follower__among=each("filtered"))),
    bucket=given("bucket", IntegerField()),
)
_WITHDRAW = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor"), kind__among=each("kinds"))
)
_WITHDRAW_ALL = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), actor__among=each("actors"), kind__among=each("kinds"))
)
_WITHDRAW_ACCEPTED = Write.delete(
    lambda: Notice.objects.filter(recipient__among=each("followers"), actor=given("owner"), kind=Kind.ACCEPTED)
)
_FORGET = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor")))
_CLEAR = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), kind__among=each("kinds")))
_DISMISS = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), pk__among=each("ids"), kind__among=each("kinds"))
)
_DISMISS_GROUP = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), bucket=given("bucket")))
_MARK_SEEN = Write.update(
    lambda: Notice.objects.filter(recipient=given("recipient"), pk__among=each("ids"), seen=False), seen=True
)
