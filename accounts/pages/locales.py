"""The language and the time zone of a page: the member's, else what the browser says."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import timezone, translation

from accounts import zones
from accounts.models import Account

ZONE_COOKIE = "zone"  # pages.js sets it


@contextmanager
def of(request: HttpRequest, member: Account | None) -> Iterator[None]:
    """Within it, texts and moments are as `member` wants them; None for somebody who is not signed in."""
    language = (member and member.locale) or translation.get_language_from_request(request)
    zone = (member and member.time_zone) or request.COOKIES.get(ZONE_COOKIE, "")
    with translation.override(language), timezone.override(zones.named(zone)):
        yield
