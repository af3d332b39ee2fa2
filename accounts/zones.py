"""Time zones, by their names in the IANA's list, such as Europe/Berlin."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings


@cache
def names() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def named(name: str | None) -> ZoneInfo:
    """The time zone of this name; the server's own, if there is none."""
    return ZoneInfo(name if name and name in names() else settings.TIME_ZONE)
