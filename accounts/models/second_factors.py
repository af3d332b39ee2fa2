"""The second step of signing in: the secret of an app, and recovery codes."""

from django.conf import settings
from django.db import models

KEY_LENGTH = 20  # bytes


class SecondFactor(models.Model):
    """The secret that an account's owner put into an app. It counts once it is confirmed by a code."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="second_factor"
    )
    key = models.BinaryField(max_length=KEY_LENGTH, editable=False)
    confirmed_at = models.DateTimeField(null=True, default=None)
    last_step = models.BigIntegerField(default=0, editable=False)  # the newest time whose code was used

    def __str__(self) -> str:
        return f"second factor of account {self.account_id}"


class RecoveryCode(models.Model):
    """A code for the day when the phone is lost; it is deleted when it is used."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("account", "digest", name="recovery_code_unique")]

    def __str__(self) -> str:
        return f"recovery code of account {self.account_id}"
