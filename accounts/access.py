"""Who is calling: the value both dialects put into `request.auth`, and the trail of being active."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from accounts import familiar
from accounts.models import Account

ACTIVE_EVERY = timedelta(minutes=30)


class Actor(NamedTuple):
    """Who decides, and through which door; what the log of decisions keeps."""

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


def touch(account: int, last_active_at: datetime, address: str | None = None, *, moved: bool = False) -> None:
    """Note that the account is active now; writes at most every 30 minutes, unless it `moved` to this address."""
    now = timezone.now()
    if moved or now - last_active_at >= ACTIVE_EVERY:
        changed: dict[str, object] = {"last_address": address} if address else {}
        Account.objects.filter(pk=account).update(last_active_at=now, version=F("version") + 1, **changed)
        if address:
            familiar.note(account, address)
