"""The addresses and social logins that an account was used with."""

from django.db import models
from django.db.models import Q

from accounts.models.account import Account


class FamiliarAddress(models.Model):
    """An IP address that an account was used from, see `familiar_addresses`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="familiar_addresses")
    digest = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "familiar addresses"
        constraints = [models.UniqueConstraint("account", "digest", name="familiar_address_unique")]

    def __str__(self) -> str:
        return f"an address of account {self.account_id}"


class Provider(models.TextChoices):
    GOOGLE = "google"
    FACEBOOK = "facebook"


class Identity(models.Model):
    """The identity of an account at a provider of social logins; `subject` is the provider's own id."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=16, choices=Provider)
    subject = models.CharField(max_length=255)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint("provider", "subject", name="identity_unique"),
            models.CheckConstraint(condition=Q(provider__in=Provider.values), name="identity_provider_known"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} with {self.get_provider_display()}"
