"""Who is told what. Notices are written and withdrawn in the transaction of their cause."""

from django.utils import timezone

from accounts.statements import Write, given
from follows.models import Notice


def tell(recipient: int, actor: int, kind: Notice.Kind) -> None:
    """Tell `recipient` about `actor`. An earlier notice of the same kind gives way to the new one."""
    withdraw(recipient, actor, kind)
    _TELL.run(recipient=recipient, actor=actor, kind=kind, now=timezone.now())


def withdraw(recipient: int, actor: int, kind: Notice.Kind) -> None:
    """What was told is no longer so."""
    _WITHDRAW.run(recipient=recipient, actor=actor, kind=kind)


def forget(recipient: int, actor: int) -> None:
    """`recipient` has never been told about `actor`."""
    _FORGET.run(recipient=recipient, actor=actor)


_TELL = Write.insert(
    lambda: Notice(
        recipient_id=given("recipient"), actor_id=given("actor"), kind=given("kind"), created_at=given("now")
    )
)
_WITHDRAW = Write.delete(
    lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor"), kind=given("kind"))
)
_FORGET = Write.delete(lambda: Notice.objects.filter(recipient=given("recipient"), actor=given("actor")))
