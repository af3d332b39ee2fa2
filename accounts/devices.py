"""Where accounts are reached by push messages. What is sent is decided in `follows`."""

from django.utils import timezone

from accounts.models import Device, Platform


def of(account: int) -> Device | None:
    """None for suspended accounts, too."""
    return Device.objects.filter(account=account, account__suspended_at=None).first()


def register(account: int, platform: Platform, token: str) -> None:
    """From now on push messages of the account go to this phone."""
    Device.objects.update_or_create(
        account_id=account, defaults={"platform": platform, "token": token, "changed_at": timezone.now()}
    )


def forget(account: int) -> None:
    """From now on the account gets no push messages."""
    Device.objects.filter(account=account).delete()
