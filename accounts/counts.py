"""Counts of the accounts: all, active ones, and servers.

Counting reads an entry of an index for each one that it finds. Where these are many, all processes use the last
counts for a while.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar, cast

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone

from accounts import databases
from accounts.models import Account
from accounts.statements import Statement, given

MANY = 10_000  # a count of more
KEPT = 5 * 60  # is kept for so many seconds

Counted = TypeVar("Counted", int, dict[datetime, int])


def local_count() -> int:
    """Count how many accounts this server has."""
    return _kept("local", Account.objects.filter(domain="", unconfirmed=False).count)


def active_count(days: int) -> int:
    """Count how many of them were active within the last `days`."""
    since = timezone.now() - timedelta(days=days)
    return _kept(f"active:{days}", lambda: sum(row[0] for row in _ACTIVE.rows(since=since)))


class Week(NamedTuple):
    """Count how many accounts of this server signed up in a week, and how many were seen last in it."""

    begins_at: datetime
    signed_up: int
    last_seen: int


def weeks(number: int) -> list[Week]:
    """This week and the ones before it, the latest first; weeks begin on Mondays, UTC."""
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    oldest = monday - timedelta(weeks=number - 1)
    signed_up, last_seen = (
        _kept(f"weeks:{column}:{oldest:%F}", partial(_by_week, column, oldest))
        for column in ("created_at", "last_active_at")
    )
    begins = [monday - timedelta(weeks=n) for n in range(number)]
    return [Week(week, signed_up.get(week, 0), last_seen.get(week, 0)) for week in begins]


def _by_week(column: str, oldest: datetime) -> dict[datetime, int]:
    since = Account.objects.filter(domain="", **{f"{column}__gte": oldest})
    counted = since.annotate(week=TruncWeek(column, tzinfo=UTC)).values("week").annotate(number=Count("*"))
    return dict(counted.values_list("week", "number"))


def domains() -> list[str]:
    """The other servers that accounts here are from, in their order. It costs as many seeks as there are."""
    with databases.reading(Account).cursor() as cursor:
        cursor.execute(_DOMAINS)
        return [domain for (domain,) in cursor.fetchall()]


def domain_count() -> int:
    """Count how many other servers they are."""
    return _kept("domains", lambda: len(domains()))


def _kept(name: str, count: Callable[[], Counted]) -> Counted:
    kept = cache.get(f"counts:{name}")
    if kept is not None:
        return cast("Counted", kept)
    counted = count()
    if (counted if isinstance(counted, int) else sum(counted.values())) > MANY:
        cache.set(f"counts:{name}", counted, KEPT)
    return counted


_ACTIVE: Statement[tuple[int]] = Statement(
    None,
    lambda _: (
        Account.objects.filter(domain="", last_active_at__gt=given("since"))
        .values("domain")
        .annotate(accounts=Count("*"))
        .values_list("accounts")
    ),
)

# From each domain to the next one in the index; DISTINCT would read the entries of all accounts. SQLite seeks by
# the first condition, and needs the second one to know that the partial index will do.
_DOMAINS = """
    WITH RECURSIVE found(domain) AS (
        SELECT min(domain) FROM accounts_account WHERE domain > ''
        UNION ALL
        SELECT (SELECT min(a.domain) FROM accounts_account a WHERE a.domain > found.domain AND a.domain > '')
        FROM found WHERE found.domain IS NOT NULL
    )
    SELECT domain FROM found WHERE domain IS NOT NULL"""
