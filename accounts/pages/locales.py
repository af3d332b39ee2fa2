"""The language and the time zone of a page: the member's, else what the browser says."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation

from accounts.models import Account

ZONE_COOKIE = "zone"  # pages.js sets it


@contextmanager
def of(request: HttpRequest, member: Account | None) -> Iterator[None]:
    """Within it, texts and moments are as `member` wants them; None for somebody who is not signed in."""
    language = (member and member.locale) or translation.get_language_from_request(request)
    zone = (member and member.time_zone) or request.COOKIES.get(ZONE_COOKIE, "")
    with translation.override(language), timezone.override(ZoneInfo(zone if zone in zones() else settings.TIME_ZONE)):
        yield


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())
