"""Who is told what. Notices are written and withdrawn in the transaction of their cause.

Once that is committed they are carried on: pushed by `delivery`, and streamed by `feed`, which hears
of them on PostgreSQL's `CHANNEL`.
"""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from accounts.statements import Statement, Write, given
from follows import delivery
from follows.delivery import Told
from follows.models import Notice
from follows.queries import Key

CHANNEL = "latchkey_notices"


def tell(recipient: int, actor: int, kind: Notice.Kind) -> None:
    """Tell `recipient` about `actor`. An earlier notice of the same kind gives way to the new one."""
    withdraw(recipient, actor, kind)
    _TELL.run(recipient=recipient, actor=actor, kind=kind, now=timezone.now())
    delivery.after_commit(Told(recipient, actor, kind))


def withdraw(recipient: int, actor: int, kind: Notice.Kind) -> None:
    """What was told is no longer so."""
    _WITHDRAW.run(recipient=recipient, actor=actor, kind=kind)


def forget(recipient: int, actor: int) -> None:
    """`recipient` has never been told about `actor`."""
    _FORGET.run(recipient=recipient, actor=actor)


class Standing(NamedTuple):
    """A notice as it is told; `created_at` is when its cause happened."""

    id: int
    created_at: datetime
    actor: Key


def standing(told: Told) -> Standing | None:
    """The notice, unless it was withdrawn meanwhile or the actor suspended. One query."""
    return _STANDING.first(**told._asdict())


_STANDING = Statement(
    lambda number, created_at, *key: Standing(number, created_at, Key(*key)),
    lambda _: Notice.objects.filter(
        recipient=given("recipient"),
        actor=given("actor"),
        kind=given("kind"),
        actor__suspended_at__isnull=True,
    ).values_list(
        "pk", "created_at", "actor_id", "actor__version", "actor__tally__followers", "actor__tally__following"
    ),
)
_TELL = Write.insert(
    lambda: Notice(
        recipient_id=given("recipient"), actor_id=given("actor"), kind=given("kind"), created_at=given("now")
    ),
    postgresql=f"RETURNING pg_notify('{CHANNEL}', concat_ws(' ', recipient_id, actor_id, kind))",
)
_WITHDRAW = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor"), kind=given("kind"))
)
_FORGET = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor")))
