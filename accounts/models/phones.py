"""The phones of members: their sessions, and their addresses for push messages."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.account import Account


class Platform(models.TextChoices):
    ANDROID = "mobile_android"
    IOS = "mobile_ios"


class Session(models.Model):
    """A signed-in phone. The tokens are kept only as SHA-256, see `sessions`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    platform = models.CharField(max_length=14, choices=Platform)
    token_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    refresh_digest = models.BinaryField(max_length=32, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(platform__in=Platform.values), name="session_platform_known")]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} of account {self.account_id}"


class Device(models.Model):
    """The address of an account's phone for push messages. A phone has one account, the last one."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="device")
    platform = models.CharField(max_length=14, choices=Platform)
    token = models.CharField(max_length=250, help_text="Identifies one installation of the app.")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("token", name="device_token_unique"),
            models.CheckConstraint(condition=Q(platform__in=Platform.values), name="device_platform_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} of account {self.account_id}"
