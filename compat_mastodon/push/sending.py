"""The messages of Web Push: recipients, causes and words (mastodon.md §3.8). `webpush` sends them.

A client subscribes with a token, once, and loses the subscription with it.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, NamedTuple

import orjson
from django.utils import timezone
from django.utils.text import Truncator

from accounts import databases, events
from accounts.models import Account
from accounts.outgoing import TimedOut, Unreachable
from accounts.pictures import still_avatar_url
from accounts.statements import Statement, given
from compat_mastodon.models import AccessToken, Policy, PushSubscription
from compat_mastodon.notifications import NAMES
from compat_mastodon.oauth import tokens
from compat_mastodon.push import webpush
from compat_mastodon.push.webpush import Target
from follows import queries, relationships
from follows.notices import inbox
from follows.notices.delivery import Told
from follows.notices.inbox import Item
from follows.notices.making import Kind
from follows.queries import Person
from follows.relationships import Relationship

TITLES = {
    "follow": "{} is now following you",
    "follow_request": "Pending follower: {}",
    "severed_relationships": "Lost connections with {}",
}
LOST = "You blocked this server. Followers removed: {0.followers_lost}. Accounts you followed: {0.following_lost}."
GONE = {404, 410}  # what a push service says of a subscription that is no more
MAX_BODY = 140
MOST_SUBSCRIPTIONS = 10  # of an account; one more takes the place of the oldest
NOTICE = 20.0  # seconds for a notice in all, however many subscriptions want it
MOST_TIMEOUTS, REST = 3, timedelta(hours=1)  # an address that times out so often in a row is left alone so long
logger = logging.getLogger(__name__)


def subscribe(token: int, target: Target, alerts: dict[str, bool], policy: str) -> PushSubscription:
    """The token's subscription from now on, in place of an earlier one; of too many the account's oldest ends."""
    values = target._asdict() | {"alerts": alerts, "policy": policy, "created_at": timezone.now()}
    with databases.atomic(PushSubscription):
        owners = AccessToken.objects.filter(pk=token).values("user")
        owner = Account.objects.select_for_update(no_key=True).filter(pk__in=owners).first()  # one after the other
        if not PushSubscription.objects.filter(token=token, endpoint=target.endpoint).exists():
            values |= {"timeouts": 0, "rests_until": None}
        subscription, _ = PushSubscription.objects.update_or_create(token_id=token, defaults=values)
        kept = PushSubscription.objects.filter(token__user=owner).order_by("-created_at", "-pk")
        PushSubscription.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[MOST_SUBSCRIPTIONS:])).delete()
    return subscription


def subscription_of(token: int) -> PushSubscription | None:
    return PushSubscription.objects.filter(token=token).first()


def change(subscription: PushSubscription, alerts: dict[str, bool], policy: str) -> None:
    """Other news from now on."""
    subscription.alerts, subscription.policy = alerts, policy
    PushSubscription.objects.filter(pk=subscription.pk).update(alerts=alerts, policy=policy)  # it may have gone


def unsubscribe(token: int) -> None:
    PushSubscription.objects.filter(token=token).delete()


def deliver(told: Told) -> None:
    """Send a notice to each client of the recipient that wants it, side by side; forget those that are gone."""
    kind = NAMES[Kind(told.kind)]
    known = _SUBSCRIPTIONS.rows(MOST_SUBSCRIPTIONS, recipient=told.recipient)
    wanting = [wish for wish in known if wish.alerts.get(kind)]
    notice = inbox.standing(told) if wanting else None
    if notice is None:
        return
    actor = queries.person(told.actor)
    ties = relationships.one(told.recipient, told.actor)
    resting = {wish.endpoint for wish in known if wish.rests_until and wish.rests_until > timezone.now()}
    allowed = [wish for wish in wanting if wish.endpoint not in resting and _allows(wish.policy, ties)]
    once = {wish.endpoint: wish for wish in reversed(allowed)}  # the newest: its keys are those that still work
    sendings = [_Sending(wish, _message(kind, notice, actor, tokens.text_of(wish.nonce))) for wish in once.values()]
    _all(sendings)
    for sending in sendings:
        _record(told.recipient, sending)


class _Wish(NamedTuple):
    """A subscription as it is read for sending."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: dict[str, bool]
    policy: str
    timeouts: int
    rests_until: datetime | None
    nonce: str


class _Sending(Thread):
    """One message on its way; `status` is the push service's, 0 for none, and `late` whether it took too long."""

    def __init__(self, wish: _Wish, message: bytes) -> None:
        super().__init__(name="push", daemon=True)
        self.wish, self.status, self.late = wish, 0, False
        self._message = message

    def run(self) -> None:
        wish = self.wish
        try:
            self.status = webpush.send(
                Target(wish.endpoint, wish.p256dh, wish.auth, bool(wish.standard)), self._message
            )
        except Unreachable as reason:
            self.late = isinstance(reason, TimedOut)
            logger.info("A push service was not reached: %s", reason)


def _allows(policy: str, ties: Relationship) -> bool:
    match policy:
        case Policy.FOLLOWED:
            return bool(ties.following)
        case Policy.FOLLOWER:
            return bool(ties.followed_by)
    return policy == Policy.ALL


def _message(kind: str, notice: Item, actor: Person, token: str) -> bytes:
    message: dict[str, Any] = {
        "access_token": token,
        "preferred_locale": "en",
        "notification_id": notice.id,
        "notification_type": kind,
        "icon": still_avatar_url(actor.avatar),
        "title": TITLES[kind].format(notice.domain or actor.display_name or actor.username),
        "body": LOST.format(notice) if notice.domain else Truncator(actor.note).chars(MAX_BODY),
    }
    return orjson.dumps(message)


def _all(sendings: Iterable[_Sending]) -> None:
    """Send them all at the same time, so that a silent push service delays none of the others."""
    end = time.monotonic() + NOTICE
    for sending in sendings:
        sending.start()
    for sending in sendings:
        sending.join(max(end - time.monotonic(), 0))


def _record(recipient: int, sending: _Sending) -> None:
    """Keep what was learned of an address, for all of the account's subscriptions that name it."""
    events.delivered.send(None, channel="mastodon", result="sent" if 200 <= sending.status < 300 else "failed")
    wish = sending.wish
    same = PushSubscription.objects.filter(token__user=recipient, endpoint=wish.endpoint)
    if sending.status in GONE:
        same.delete()
    elif sending.late or sending.is_alive():
        timeouts = wish.timeouts + 1
        rests = timeouts >= MOST_TIMEOUTS
        same.update(timeouts=0 if rests else timeouts, rests_until=timezone.now() + REST if rests else wish.rests_until)
    elif wish.timeouts:
        same.update(timeouts=0)


_SUBSCRIPTIONS = Statement(
    _Wish,
    lambda limit: (
        PushSubscription.objects.filter(
            token__user=given("recipient"), token__revoked_at__isnull=True, token__user__suspended_at__isnull=True
        )
        .order_by("-created_at", "-pk")
        .values_list(*_Wish._fields[:-1], "token__nonce")[:limit]
    ),
)
