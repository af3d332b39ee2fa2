"""The addresses from which an account was used. Wrong guesses from elsewhere do not stop a sign-in from there.

They are kept as keyed digests of their neighbourhood, the newest `MOST` of each account.
"""

from functools import lru_cache
from ipaddress import ip_address

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.limits import neighbourhood
from accounts.models import Account, FamiliarAddress

MOST = 20


@lru_cache(1_024)
def valid(text: str) -> str | None:
    """An address that can be stored, without its zone; None for other text, such as one with a port."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def knows(account: Account, address: str | None) -> bool:
    """Return True if the account was used from this address, or one close to it."""
    if not address:
        return False
    if account.last_address and neighbourhood(account.last_address) == neighbourhood(address):
        return True
    return FamiliarAddress.objects.filter(account=account, digest=_digest(address)).exists()


def note(account: int, address: str) -> None:
    """The account is used from this address now."""
    row = FamiliarAddress(account_id=account, digest=_digest(address), used_at=timezone.now())
    FamiliarAddress.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["account", "digest"], update_fields=["used_at"]
    )
    mine = FamiliarAddress.objects.filter(account=account).order_by("-used_at", "-pk")
    if old := list(mine.values_list("pk", flat=True)[MOST : 2 * MOST]):
        FamiliarAddress.objects.filter(pk__in=old).delete()


def _digest(address: str) -> str:
    return salted_hmac("accounts.familiar_addresses", neighbourhood(address), algorithm="sha256").hexdigest()
