"""The devices for push messages. `follows` decides on the messages."""

from django.db.models import Q

from accounts import databases
from accounts.models import Device, Platform


def of(account: int) -> Device | None:
    """None for suspended accounts, too."""
    return Device.objects.filter(account=account, account__suspended_at=None).first()


def register(account: int, platform: Platform, token: str) -> None:
    """Send the push messages of this account to this phone, and those of other accounts no longer."""
    with databases.atomic(Device):
        Device.objects.filter(Q(account=account) | Q(token=token)).delete()
        # Of two who register the same phone at once either may be the last; the database keeps one.
        Device.objects.bulk_create([Device(account_id=account, platform=platform, token=token)], ignore_conflicts=True)


def forget(account: int) -> None:
    """Stop push messages to the account."""
    Device.objects.filter(account=account).delete()
