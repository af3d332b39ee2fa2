"""The making of notices. They are written and withdrawn in the transaction of their cause.

`policies` decides which notices a recipient gets; reads are in `inbox`. After the commit, `delivery` pushes a notice,
and `feed` streams it, which is notified on PostgreSQL's `CHANNEL`. Filtered notices are neither pushed nor streamed.
"""

from collections.abc import Collection

from django.utils import timezone

from accounts.refused import Refused
from accounts.statements import Write, each, given
from follows.models import Notice
from follows.notices import announcing, delivery, policies
from follows.notices.delivery import Told
from follows.notices.policies import Verdict

Kind = Notice.Kind
FOLLOWS = (Kind.FOLLOWED, Kind.JOINED)  # one and the same to the recipient: somebody new follows
GROUP_HOURS = 12  # new followers are told as one group that is at most so long


class NoSuchNotice(Refused):
    """The account has no notice with this id."""


def tell(recipient: int, actor: int, kind: Notice.Kind, *past: Notice.Kind) -> None:
    """Tell `recipient` about `actor`. Earlier notices of the same kind, and of those that are `past`, give way."""
    withdraw(recipient, actor, kind, *past)
    now = timezone.now()
    hour = int(now.timestamp()) // 3600
    verdict, bucket = Verdict.TELL, None
    if kind is not Kind.ACCEPTED:
        verdict, last = policies.verdict(recipient, actor, hour)
        if kind in FOLLOWS:
            bucket = last if last and hour < last + GROUP_HOURS else hour
    if verdict is not Verdict.DROP:
        filtered = verdict is Verdict.FILTER
        _TELL.run(recipient=recipient, actor=actor, kind=kind, now=now, filtered=filtered, bucket=bucket)
        announcing.after_commit(Told(recipient, actor, kind))
    if verdict is Verdict.TELL:
        delivery.after_commit(Told(recipient, actor, kind))


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


def forget(recipient: int, actor: int) -> None:
    """`recipient` has never been told about `actor`."""
    _FORGET.run(recipient=recipient, actor=actor)


def mark_seen(recipient: int, ids: Collection[int]) -> None:
    """The recipient has looked at these notices."""
    if ids:
        _MARK_SEEN.run(recipient=recipient, ids=ids)


def dismiss(recipient: int, ids: Collection[int], kinds: Collection[Notice.Kind] = tuple(Kind)) -> int:
    """Take notices away, and return how many; what they are about stays as it is."""
    return _DISMISS.run(recipient=recipient, ids=ids, kinds=kinds)


def dismiss_group(recipient: int, bucket: int) -> None:
    """Delete a group of new followers; it is not an error if there is none."""
    _DISMISS_GROUP.run(recipient=recipient, bucket=bucket)


def clear(recipient: int, kinds: Collection[Notice.Kind]) -> None:
    """Take all notices of these kinds away."""
    _CLEAR.run(recipient=recipient, kinds=kinds)


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
_WITHDRAW = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor"), kind__among=each("kinds"))
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
