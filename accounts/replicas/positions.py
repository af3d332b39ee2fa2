"""The position in the primary's log that a replica must have replayed, so that an account sees its own writes.

After a write, the account is bound to the position in the log that the primary has reached then. The positions are in
the shared cache, and the last ones of this process in its memory too. The cache also has the position at which it
began (`BEGAN`). An account without an entry needs at least that position, so a cache that lost its entries does no
harm.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse

from accounts import databases
from accounts.models import Account

ALIASES: tuple[str, ...] = tuple(getattr(settings, "DATABASE_REPLICAS", ()))
MAX_LAG = 10.0  # seconds that a replica in use may be behind
KEPT = 30  # seconds that a position is kept: what is older has been replayed by every replica in use
MOST = 10_000  # positions in the memory of a process
BEGAN = "replicas:began"
UNKNOWN = 2**63 - 1  # no replica has replayed this
PAGE, PAGE_HEADERS = 8192, {24, 40}  # bytes of a page of the log, and of what stands before its first record
SAFE = {"GET", "HEAD", "OPTIONS"}

_own: dict[int, int] = {}
_written: ContextVar[set[int] | None] = ContextVar("written", default=None)


def wrote(account: int) -> None:
    """Bind the account to what is committed now, or at the end of the request or transaction that is under way.

    The account that sends a request is bound by `Binding`. This is for others, such as a new account.
    """
    if not ALIASES:
        return
    written = _written.get()
    if written is None:
        transaction.on_commit(partial(_bind, (account,)), databases.for_write(Account))
    else:
        written.add(account)


class Binding:
    """Middleware around the views of APIs and pages: bind the accounts that wrote before the answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        written: set[int] = set()
        token = _written.set(written)
        try:
            response = self.get_response(request)
        finally:
            _written.reset(token)
        if request.method not in SAFE and (caller := _caller(request)):
            written.add(caller)
        if written:
            _bind(written)
        return response


def needed(account: int | None) -> int:
    """Return the position of a replica that shows the account all that it wrote; strangers wrote nothing.

    It is `UNKNOWN` if only the primary does for sure, because the shared cache is away, or was lately.
    """
    if account is None:
        return 0
    if not _cache().unbroken(KEPT):
        return UNKNOWN
    key = _key(account)
    known: dict[str, int] = cache.get_many([BEGAN, key])
    if BEGAN not in known:
        _cache().raise_to(BEGAN, _reached(), None)
        return UNKNOWN
    return max(known[BEGAN], known.get(key, 0), _own.get(account, 0))


def parsed(position: str | None) -> int:
    """A position as PostgreSQL writes it (`16/B374D848`), as the number of bytes since the log began.

    The next record stands behind the header of its page; the record before it ends where the page begins.
    """
    high, _, low = (position or "0/0").partition("/")
    number = (int(high, 16) << 32) + int(low, 16)
    return number - number % PAGE if number % PAGE in PAGE_HEADERS else number


def _bind(accounts: Iterable[int]) -> None:
    try:
        position = _reached()
    except Error:  # it is committed, whatever became of the primary since
        position = UNKNOWN
    for account in accounts:
        if position != UNKNOWN:
            _own[account] = max(position, _own.pop(account, 0))
        _cache().raise_to(_key(account), position, KEPT)
    while len(_own) > MOST:
        del _own[next(iter(_own))]


def _reached() -> int:
    with databases.writing(Account).cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        return parsed(cursor.fetchone()[0])


def _caller(request: HttpRequest) -> int | None:
    """Return the account behind the token of an API's request, or behind the session of a page's."""
    if access := getattr(request, "auth", None):
        return cast("int | None", access.account)
    user = getattr(request, "user", None)
    return user.pk if user else None


def _key(account: int) -> str:
    return f"replicas:{account}"


def _cache() -> Any:
    """The cache of `config.cache`, which keeps the largest value."""
    return cache
