"""Mails that wait to be sent."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.account import Account


class Letter(models.Model):
    """A mail that waits to be sent, see `outbox`. Its text is written when it is sent, so no token is kept.

    Without an `account` it is for the one that has the address when it is sent.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation"
        PASSWORD = "password"  # noqa: S105  # a word
        NEW_EMAIL = "new_email"  # to the new address, to prove it
        EMAIL_MOVES = "email_moves"  # to the old address, as a warning
        EMAIL_MOVED = "email_moved"  # to the old address, once it is
        NEW_PASSWORD = "new_password"  # noqa: S105  # it was changed
        FACTOR_ON = "factor_on"
        FACTOR_OFF = "factor_off"
        NEW_CODES = "new_codes"
        LEAVING = "leaving"
        DIGEST = "digest"
        APPROVED = "approved"
        REJECTED = "rejected"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, default=None, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    address = models.EmailField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, help_text="The earliest time of the next attempt.")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("address", "kind", condition=Q(account=None), name="letter_unique"),
            models.UniqueConstraint("account", "address", "kind", name="letter_of_account_unique"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("confirmation", "password", "new_email", "email_moves", "leaving", "digest"),
                        *("approved", "rejected"),
                        *("email_moved", "new_password", "factor_on", "factor_off", "new_codes"),
                    ]
                ),
                name="letter_kind_known",
            ),
        ]
        indexes = [models.Index("due_at", "id", name="letter_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
