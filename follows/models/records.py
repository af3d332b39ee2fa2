"""The models of the log of decisions, and of reports."""

from typing import ClassVar, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class DecisionKind(models.IntegerChoices):
    """A decision about a follow request, a follow or a pair."""

    ACCEPTED = 1, "Approved"
    REJECTED = 2
    CANCELLED = 3
    REMOVED = 4
    BLOCKED = 5
    UNBLOCKED = 6
    ASKED = 7
    FOLLOWED = 8
    UNFOLLOWED = 9
    EXPIRED = 10
    UNDONE = 11


class Batch(models.Model):
    """Decisions that were made together; the history shows them as one."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.owner}, {self.created_at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """The log of the changes of a pair, from the first request or follow. Rows are only added.

    A block has the blocked account as `follower` and the one that blocks as `target`.
    """

    Kind: TypeAlias = DecisionKind

    kind = models.PositiveSmallIntegerField(choices=Kind)
    follower = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The account that decided, if an account did.",
    )
    door = models.CharField(max_length=16, help_text="The API or page of the decision.")
    rule = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="The rule that decided, if a rule did."
    )
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions")
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by")
    was = models.JSONField(
        null=True, blank=True, default=None, help_text="The follow or request that it ended, so that it can be undone."
    )
    aside = models.BooleanField(
        default=False, db_default=False, help_text="About a hidden request: the owner does not see it."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index("target", "follower", "id", name="decision_of_pair"),
            models.Index("target", "id", name="decision_about_followers"),
            models.Index("follower", "id", name="decision_about_follows"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(follower=F("target")), name="decision_on_a_pair"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.UNDONE, undoes__isnull=False)
                | (~Q(kind=DecisionKind.UNDONE) & Q(undoes__isnull=True)),
                name="decision_undone_names_what",
            ),
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.follower} → {self.target}"


class Reason(models.IntegerChoices):
    """The reasons of a report."""

    SPAM = 1, "spam account"
    IMPERSONATION = 2, "impersonation"
    INAPPROPRIATE = 3, "inappropriate content"
    FAKE = 4, "fake account"
    FRAUD = 5, "fraudulent"
    OTHER = 6, "something else"


class Report(models.Model):
    """A report to the moderators about an account; a later one of the same two replaces it."""

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.PositiveSmallIntegerField(choices=Reason)
    comment = models.CharField(max_length=3000, blank=True, default="")
    door = models.CharField(max_length=16, help_text="The API or page of the report.")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, default=None)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # These two are null so that SQLite need not make the table anew.
    rule_ids = models.JSONField(null=True, default=None, help_text="The rules of this server that were broken.")
    changed_at = models.DateTimeField(null=True, default=None, help_text="The time of the last change by a moderator.")

    class Meta:
        default_permissions = ("view",)
        permissions: ClassVar = [("close_report", "Can close reports")]
        constraints = [
            models.UniqueConstraint("reporter", "target", name="report_pair_unique"),
            models.CheckConstraint(condition=~Q(reporter=F("target")), name="report_not_oneself"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="report_reason_known"),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="report_closed_by_whom_and_when"
            ),
        ]
        indexes = [models.Index("id", name="report_open", condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.target}: {self.get_reason_display()}"
