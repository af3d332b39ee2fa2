"""The reading positions of an account. If two changes conflict, one fails and can be tried again."""

from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from accounts import databases
from accounts.refused import Refused
from follows.models import Marker

TIMELINES = ("home", "notifications")


class Changed(Refused):
    """Another change of the same marker came between."""


class Mark(NamedTuple):
    """A marker as it stands; `version` goes up by one with each change."""

    timeline: str
    last_read: int
    version: int
    updated_at: datetime


def read(account: int, timelines: list[str]) -> list[Mark]:
    """Those of the named markers that were ever set."""
    found = Marker.objects.filter(account=account, timeline__in=timelines).order_by("timeline")
    return [Mark(*row) for row in found.values_list(*Mark._fields)]


def move(account: int, **last_read: int) -> list[Mark]:
    """Set markers, all or none; they may go back as well.

    :raises Changed: when somebody else changes one of them at the same time.
    """
    with databases.atomic(Marker):
        before = {mark.timeline: mark for mark in read(account, list(last_read))}
        for timeline, position in sorted(last_read.items()):
            _move(account, timeline, position, before.get(timeline))
        return read(account, list(last_read))


def _move(account: int, timeline: str, position: int, before: Mark | None) -> None:
    if before is None:
        try:
            Marker.objects.create(account_id=account, timeline=timeline, last_read=position)
        except IntegrityError:
            raise Changed from None
    elif position != before.last_read:
        ours = Marker.objects.filter(account=account, timeline=timeline, version=before.version)
        if not ours.update(last_read=position, version=F("version") + 1, updated_at=timezone.now()):
            raise Changed
