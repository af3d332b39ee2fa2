"""Requests for the verified badge."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

from accounts.models.account import Account


def private_storage() -> Storage:
    """Return the storage of files that are never public."""
    return storages["private"]


class BadgeRequest(models.Model):
    """An account's plea for the badge, until a moderator answers it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="badge_request")
    full_name = models.CharField(max_length=60)
    message = models.TextField(max_length=1200)
    video = models.FileField(storage=private_storage)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.full_name} ({self.account})"
