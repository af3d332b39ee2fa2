"""The models of joining: invitations, requests to join, refused mail domains, and the texts to agree to.

`accounts.joining` writes and reads them.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string

CODE_LENGTH = 10


def new_code() -> str:
    """Return a code that nobody can guess, for an address that people read."""
    return get_random_string(CODE_LENGTH, "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ2346789")


class Invite(models.Model):
    """A link by which people can sign up while others cannot, or without waiting for an approval."""

    code = models.CharField(max_length=32, unique=True, default=new_code, editable=False)
    note = models.CharField(max_length=200, blank=True, default="", help_text="Its purpose. Only moderators see it.")
    max_uses = models.PositiveIntegerField(null=True, blank=True, help_text="Empty for no limit.")
    uses = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty for no end.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="invites"
    )

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.CheckConstraint(condition=Q(max_uses=None) | Q(uses__lte=F("max_uses")), name="invite_not_overused")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def address(self) -> str:
        return f"{settings.BASE_URL}/invite/{self.code}"

    @staticmethod
    def usable(now: datetime) -> Q:
        """The condition of an invitation that takes one more person. Those of a suspended account take nobody."""
        good = (Q(max_uses=None) | Q(uses__lt=F("max_uses"))) & (Q(expires_at=None) | Q(expires_at__gt=now))
        return good & (Q(created_by=None) | Q(created_by__suspended_at=None))


class Application(models.Model):
    """A new account's request to join, until a moderator answers it. Until then the account is `unconfirmed`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="application"
    )
    reason = models.TextField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "request to join"
        verbose_name_plural = "requests to join"
        permissions: ClassVar = [("decide_application", "Can approve and reject requests to join")]
        indexes = [models.Index("created_at", "account", name="application_oldest")]

    def __str__(self) -> str:
        return f"request of account {self.account_id}"


def waits_for_approval(account: Any) -> bool:
    """Return True if only a moderator can let this `Account` in; one with an unproven address proves it first."""
    proven = account.email_proven_at is not None or not settings.CONFIRM_EMAIL
    return bool(account.unconfirmed and proven and Application.objects.filter(account=account).exists())


class MailDomain(models.Model):
    """A domain of e-mail addresses that nobody can sign up with, nor with those below it."""

    domain = models.CharField(
        max_length=253, unique=True, help_text="For example spam.example. Subdomains are refused too."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "refused mail domain"
        constraints = [models.CheckConstraint(condition=Q(domain=Lower("domain")), name="mail_domain_is_lower_case")]

    def __str__(self) -> str:
        return self.domain


class Rule(models.Model):
    """A rule of this server. Apps and the sign-up page show them in their order."""

    text = models.CharField(max_length=300)
    hint = models.TextField(max_length=1000, blank=True, default="", help_text="A longer explanation.")
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest comes first.")

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text


class Document(models.Model):
    """A longer text about this server, as plain text with empty lines between its paragraphs."""

    class Kind(models.TextChoices):
        TERMS = "terms", "Terms of service"
        PRIVACY = "privacy", "Privacy policy"

    kind = models.CharField(max_length=7, primary_key=True, choices=Kind)
    text = models.TextField(max_length=100_000)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["terms", "privacy"]), name="document_kind_known")]

    def __str__(self) -> str:
        return self.get_kind_display()
