"""The models of notices, notice policies and reading positions."""

from typing import TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class NoticeKind(models.IntegerChoices):
    """The kinds of notices."""

    FOLLOWED = 1, "followed you"
    REQUESTED = 2, "asks to follow you"
    ACCEPTED = 3, "approved your request"
    JOINED = 4, "follows you, because you approved the request"
    SEVERED = 5, "blocked a server that you had ties to"


class Notice(models.Model):
    """A notice to `recipient` about `actor`; a repeated event replaces it.

    After a block of a server, a notice tells its owner about the lost ties: `domain` is the server, and the counts are
    the lost followers and follows.
    """

    Kind: TypeAlias = NoticeKind

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField(choices=Kind)
    created_at = models.DateTimeField(default=timezone.now)
    seen = models.BooleanField(default=False)
    filtered = models.BooleanField(
        default=False, db_default=False, help_text="Filtered by the recipient's notice policy."
    )
    bucket = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="The hour in which its group of new followers began. A group spans half a day.",
    )

    domain = models.CharField(max_length=253, blank=True, default="", db_default="", editable=False)
    followers_lost = models.PositiveIntegerField(null=True, editable=False)
    following_lost = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("recipient", "actor", "kind", "domain", name="notice_unique"),
            models.CheckConstraint(
                condition=(~Q(recipient=F("actor")) & ~Q(kind=NoticeKind.SEVERED) & Q(domain=""))
                | Q(
                    recipient=F("actor"),
                    kind=NoticeKind.SEVERED,
                    followers_lost__isnull=False,
                    following_lost__isnull=False,
                )
                & ~Q(domain=""),
                name="notice_of_oneself_if_severed",
            ),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
        ]
        indexes = [
            models.Index("recipient", "id", name="notice_to"),
            models.Index("actor", "recipient", name="notice_by"),
            models.Index("recipient", "bucket", "id", name="notice_group", condition=Q(bucket__isnull=False)),
            models.Index("recipient", "id", name="notice_filtered", condition=Q(filtered=True)),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.actor} {self.get_kind_display()}"


class Rule(models.TextChoices):
    """The treatment of a notice that a policy is about."""

    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


class NoticePolicy(models.Model):
    """The notices that an account wants, by their senders. Without a row it gets all."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notice_policy"
    )
    for_not_following = models.CharField(max_length=6, choices=Rule, default=Rule.ACCEPT)
    for_not_followers = models.CharField(max_length=6, choices=Rule, default=Rule.ACCEPT)
    for_new_accounts = models.CharField(max_length=6, choices=Rule, default=Rule.ACCEPT)
    for_private_mentions = models.CharField(max_length=6, choices=Rule, default=Rule.FILTER)
    for_limited_accounts = models.CharField(max_length=6, choices=Rule, default=Rule.FILTER)
    for_bots = models.CharField(max_length=6, choices=Rule, default=Rule.ACCEPT)

    class Meta:
        verbose_name_plural = "notice policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    for_not_following__in=Rule.values,
                    for_not_followers__in=Rule.values,
                    for_new_accounts__in=Rule.values,
                    for_private_mentions__in=Rule.values,
                    for_limited_accounts__in=Rule.values,
                    for_bots__in=Rule.values,
                ),
                name="notice_policy_rules_known",
            )
        ]

    def __str__(self) -> str:
        return f"the notice policy of {self.account}"


class NoticePermission(models.Model):
    """The recipient gets notices of this actor, whatever the policy is."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("recipient", "actor", name="notice_permission_unique")]

    def __str__(self) -> str:
        return f"{self.recipient} hears of {self.actor}"


class Marker(models.Model):
    """The reading position of an account in one of its timelines; `version` counts the changes."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    timeline = models.CharField(max_length=16)
    last_read = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("account", "timeline", name="marker_unique")]

    def __str__(self) -> str:
        return f"{self.account} has read {self.timeline} up to {self.last_read}"
