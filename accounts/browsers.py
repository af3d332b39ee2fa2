"""The browsers that members are signed in with: which, since when and last used when, and signing them out.

Django's own sessions know none of this. A row here names the session of a browser; it is of no use once that is gone.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError, models
from django.http import HttpRequest
from django.utils import timezone

from accounts import databases, retries

NOTED = "noted"  # in the session: its own key, and when its use was noted
NOTED_EVERY = timedelta(minutes=30)
STAFF_SESSION = timedelta(days=1)
MOST_SHOWN = 100


class Browser(models.Model):
    """A browser that somebody signed in with."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="browsers")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    agent = models.CharField(max_length=300, default="")
    began_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "-used_at"], name="browser_of_account")]

    def __str__(self) -> str:
        return f"browser of account {self.account_id}"


class Shown(NamedTuple):
    """A signed-in browser. `name` is such as `Firefox, Linux`, or empty if it does not say."""

    id: int
    name: str
    began_at: datetime
    used_at: datetime
    is_this: bool


def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """Note a browser where somebody has just signed in; those of moderators are signed out after a day."""
    if user.is_staff:
        request.session.set_expiry(timezone.now() + STAFF_SESSION)
    note(request, user.pk)


def note(request: HttpRequest, account: int) -> None:
    """Note that a signed-in browser is used; writes at most every 30 minutes, and when its session got a new key.

    No request fails for this.
    """
    session, now = request.session, timezone.now()
    if session.session_key is None:
        session.save()
    key, noted = session.get(NOTED, ("", 0))
    if key == session.session_key and now.timestamp() - noted < NOTED_EVERY.total_seconds():
        return
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:300]
    values = {"account_id": account, "agent": agent, "used_at": now}
    with retries.by_the_way(), suppress(OperationalError), databases.atomic(Browser):
        if not Browser.objects.filter(session_key=key).update(session_key=session.session_key, **values):
            Browser.objects.update_or_create(session_key=session.session_key, defaults=values)
        session[NOTED] = (session.session_key, now.timestamp())


def of(account: int, session_key: str | None = None) -> list[Shown]:
    """The browsers that are signed in, the newest use first; `session_key` is of the one that asks."""
    rows = list(Browser.objects.filter(account=account).order_by("-used_at")[:MOST_SHOWN])
    living = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now())
    alive = set(living.values_list("session_key", flat=True))
    return [
        Shown(row.pk, _name(row.agent), row.began_at, row.used_at, row.session_key == session_key)
        for row in rows
        if row.session_key in alive
    ]


def close(account: int, browser: int) -> bool:
    """Sign one browser of the account out. False if it is signed out already."""
    return bool(_close(Browser.objects.filter(account=account, pk=browser)))


def close_all(account: int) -> None:
    """Sign the account out of every browser."""
    _close(Browser.objects.filter(account=account))


def forget_expired() -> int:
    """Delete the rows of sessions that are gone; returns how many."""
    return Browser.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def _close(rows: models.QuerySet[Browser]) -> int:
    with databases.atomic(Browser):
        keys = list(rows.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        return Browser.objects.filter(session_key__in=keys).delete()[0]


# What a browser says of itself, the first that fits: most claim to be several others, too.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrom": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}
_SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}


def _name(agent: str) -> str:
    found = (next((name for mark, name in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))
