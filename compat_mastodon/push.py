"""Who is told by Web Push, of what, and in which words (mastodon.md §3.8). How it is sent: `webpush`.

A client subscribes with a token, once, and loses the subscription with it.
"""

import logging
from typing import Any, NamedTuple

import orjson
from django.utils.text import Truncator

from accounts.pictures import avatar_url
from accounts.statements import Statement, given
from compat_mastodon import oauth, webpush
from compat_mastodon.models import Policy, PushSubscription
from compat_mastodon.notifications import NAMES
from compat_mastodon.webpush import Target, Unreachable
from follows import inbox, queries, relationships
from follows.delivery import Told
from follows.notices import Kind
from follows.queries import Person
from follows.relationships import Relationship

TITLES = {"follow": "{} is now following you", "follow_request": "Pending follower: {}"}
GONE = {404, 410}  # what a push service says of a subscription that is no more
MAX_BODY = 140
logger = logging.getLogger(__name__)


def subscribe(token: int, target: Target, alerts: dict[str, bool], policy: str) -> PushSubscription:
    """The token's subscription from now on, in place of an earlier one."""
    values = target._asdict() | {"alerts": alerts, "policy": policy}
    subscription, _ = PushSubscription.objects.update_or_create(token_id=token, defaults=values)
    return subscription


def subscription_of(token: int) -> PushSubscription | None:
    return PushSubscription.objects.filter(token=token).first()


def change(subscription: PushSubscription, alerts: dict[str, bool], policy: str) -> None:
    """Other news from now on."""
    subscription.alerts, subscription.policy = alerts, policy
    subscription.save(update_fields=["alerts", "policy"])


def unsubscribe(token: int) -> None:
    PushSubscription.objects.filter(token=token).delete()


def deliver(told: Told) -> None:
    """Send a notice to each client of the recipient that wants it; forget those that are gone."""
    kind = NAMES[Kind(told.kind)]
    wanting = [wish for wish in _SUBSCRIPTIONS.rows(recipient=told.recipient) if wish.alerts.get(kind)]
    notice = inbox.standing(told) if wanting else None
    if notice is None:
        return
    actor = queries.person(told.actor)
    ties = relationships.one(told.recipient, told.actor)
    for wish in wanting:
        if _allows(wish.policy, ties):
            _send(wish, _message(kind, notice.id, actor, oauth.text_of(wish.nonce)))


class _Wish(NamedTuple):
    """A subscription as it is read for sending."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: dict[str, bool]
    policy: str
    nonce: str


def _allows(policy: str, ties: Relationship) -> bool:
    match policy:
        case Policy.FOLLOWED:
            return bool(ties.following)
        case Policy.FOLLOWER:
            return bool(ties.followed_by)
    return policy == Policy.ALL


def _message(kind: str, notice: int, actor: Person, token: str) -> bytes:
    message: dict[str, Any] = {
        "access_token": token,
        "preferred_locale": "en",
        "notification_id": notice,
        "notification_type": kind,
        "icon": avatar_url(actor.avatar),
        "title": TITLES[kind].format(actor.display_name or actor.username),
        "body": Truncator(actor.note).chars(MAX_BODY),
    }
    return orjson.dumps(message)


def _send(wish: _Wish, message: bytes) -> None:
    try:
        status = webpush.send(Target(wish.endpoint, wish.p256dh, wish.auth, bool(wish.standard)), message)
    except Unreachable as reason:
        logger.info("A push service was not reached: %s", reason)
        return
    if status in GONE:
        PushSubscription.objects.filter(pk=wish.id, endpoint=wish.endpoint).delete()


_SUBSCRIPTIONS = Statement(
    _Wish,
    lambda _: PushSubscription.objects.filter(
        token__user=given("recipient"), token__revoked_at__isnull=True, token__user__suspended_at__isnull=True
    ).values_list(*_Wish._fields[:-1], "token__nonce"),
)
