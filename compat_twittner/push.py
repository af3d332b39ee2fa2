"""Push messages to the phones of this dialect (twittner.md §2.5).

Google and Apple take messages only from who holds the app's own keys, so they are handed to the
operator's gateway: `PUSH_GATEWAY` is sent one JSON object a message, by POST. Without one nothing is sent.
"""

import logging
from typing import TypedDict

import orjson
from django.conf import settings

from accounts import devices, events, outgoing
from accounts.models import Device, Platform
from accounts.outgoing import Unreachable
from compat_twittner.entities import SUBJECTS, full_name
from follows import queries
from follows.models import Notice
from follows.notices import inbox
from follows.notices.delivery import Told

PATIENCE = 10.0  # seconds that the gateway has, all in all: from the look-up of its name to its answer
BODIES = {
    Notice.Kind.FOLLOWED: "Started following you",
    Notice.Kind.REQUESTED: "Wants to follow you",
    Notice.Kind.ACCEPTED: "Accepted your follow request",
}
logger = logging.getLogger(__name__)


class Message(TypedDict):
    """The message to the gateway: the phone, and the data that the app reads."""

    token: str
    platform: str
    type: str
    title: str
    body: str
    user_id: int


def deliver(told: Told) -> None:
    """Hand a notice that still stands to the gateway, if the recipient has a phone."""
    device = devices.of(told.recipient)
    if device is None or inbox.standing(told) is None:
        return
    body = orjson.dumps(message(told, device))
    try:
        status = outgoing.post(settings.PUSH_GATEWAY, body, {"Content-Type": "application/json"}, seconds=PATIENCE)
    except Unreachable as reason:
        status = 0
        logger.warning("The push gateway does not answer: %s", reason)
    else:
        if status >= 300:
            logger.warning("The push gateway answers with status %d", status)
    events.delivered.send(None, channel="twittner", result="sent" if 0 < status < 300 else "failed")


def message(told: Told, device: Device) -> Message:
    """The app on iOS knows the subjects with hyphens."""
    kind, actor = Notice.Kind(told.kind), queries.person(told.actor)
    subject = SUBJECTS[kind]
    return {
        "token": device.token,
        "platform": device.platform.removeprefix("mobile_"),
        "type": subject.replace("_", "-") if device.platform == Platform.IOS else subject,
        "title": full_name(actor),
        "body": BODIES[kind],
        "user_id": actor.id,
    }
