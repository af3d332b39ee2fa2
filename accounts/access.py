"""The caller of a request, which both APIs put into `request.auth`, and when an account was last active."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError
from django.db.models import F, Manager
from django.utils import timezone

from accounts import databases, familiar_addresses, retries
from accounts.models import Account

ACTIVE_EVERY = timedelta(minutes=30)


class Actor(NamedTuple):
    """The account that decides, and the API. The log of decisions records both."""

    account: int | None
    door: str


@dataclass(frozen=True, slots=True)
class Access:
    """A caller whose token was found good.

    `account` is the caller's id, None for a client that acts for nobody. `client` is the id of the
    client's own token or session. `scopes` is empty where a dialect knows none.
    """

    account: int | None
    client: int
    door: str
    scopes: Collection[str] = frozenset()

    @property
    def actor(self) -> Actor:
        return Actor(self.account, self.door)


def forget_the_future() -> int:
    """Correct the accounts that were active in the future, as a wrong clock said; returns how many.

    They would stand on top of the directory until they are used again.
    """
    now = timezone.now()
    return Account.objects.filter(last_active_at__gt=now + ACTIVE_EVERY).update(
        last_active_at=now, version=F("version") + 1
    )


def note_use(clients: Manager[Any], row: int, used_at: datetime) -> None:
    """Note in the column `used_at` of a client's token or session that it is used; writes at most every 30 minutes."""
    now = datetime.now(UTC)
    if abs(now - used_at) >= ACTIVE_EVERY:
        with retries.by_the_way(), suppress(OperationalError), databases.atomic(clients.model):
            clients.filter(pk=row).update(used_at=now)


def touch(account: int, last_active_at: datetime, address: str | None = None, *, moved: bool = False) -> None:
    """Note that the account is active now; writes at most every 30 minutes, unless it `moved` to this address.

    A moment in the future was written while the clock was wrong, and gives way. Nothing is noted while somebody
    holds the account's row or no disk takes it: no request waits or fails for this.
    """
    now = datetime.now(UTC)
    if not moved and abs(now - last_active_at) < ACTIVE_EVERY:
        return
    changed: dict[str, object] = {"last_address": address} if address else {}
    with retries.by_the_way(), suppress(OperationalError), databases.atomic(Account):
        free = Account.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=account).values("pk")
        noted = Account.objects.filter(pk__in=free).update(last_active_at=now, version=F("version") + 1, **changed)
        if noted and address:
            familiar_addresses.note(account, address)
