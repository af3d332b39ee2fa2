"""Who is told what. Notices are written and withdrawn in the transaction of their cause."""

from collections.abc import Sequence

from django.db.models import Q

from follows.models import Notice


def tell(recipient: int, actor: int, kind: Notice.Kind) -> None:
    """Tell `recipient` about `actor`. An earlier notice of the same kind gives way to the new one."""
    withdraw(recipient, actor, kind)
    Notice.objects.create(recipient_id=recipient, actor_id=actor, kind=kind)


def tell_all(recipients: Sequence[int], actor: int, kind: Notice.Kind) -> None:
    """Tell many about one actor."""
    Notice.objects.filter(recipient__in=recipients, actor=actor, kind=kind).delete()
    Notice.objects.bulk_create(Notice(recipient_id=recipient, actor_id=actor, kind=kind) for recipient in recipients)


def withdraw(recipient: int, actor: int, *kinds: Notice.Kind) -> None:
    """What was told is no longer so."""
    Notice.objects.filter(recipient=recipient, actor=actor, kind__in=kinds).delete()


def forget_between(one: int, other: int) -> None:
    """Neither has ever been told about the other."""
    Notice.objects.filter(Q(recipient=one, actor=other) | Q(recipient=other, actor=one)).delete()
