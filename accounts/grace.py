"""The days in which the owner of a deleted account can sign in to keep it. `people.ask_to_leave` begins them.

Meanwhile the account is suspended, so nobody sees it and nothing of it works. Then `follows.leaving` deletes it.
"""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Account
from accounts.replicas import positions

GRACE = timedelta(days=7)


def end(account: int) -> bool:
    """Keep the account after all; False if it was not about to be deleted."""
    leaving = Account.objects.filter(pk=account, leaves_at__isnull=False)
    kept = bool(leaving.update(leaves_at=None, suspended_at=None, version=F("version") + 1))
    if kept:
        positions.wrote(account)
    return kept


def over(at_most: int) -> list[int]:
    """Accounts whose owners did not come back in time, the longest gone first."""
    gone = Account.objects.filter(leaves_at__lte=timezone.now()).order_by("leaves_at")
    return list(gone.values_list("pk", flat=True)[:at_most])


def is_over(account: int) -> bool:
    """Return True if the owner did not come back in time. The row is locked until the transaction ends."""
    gone = Account.objects.select_for_update(no_key=True).filter(pk=account, leaves_at__lte=timezone.now())
    return gone.values_list("pk").first() is not None
