"""The models of follows, follow requests, blocks and tallies.

One pair has one row; a request is a follow that nobody has approved yet.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from follows.models.gate import ArrivalReason

MAX_NOTE = 500  # characters
PENDING = Q(accepted_at__isnull=True)
WAITING = Q(accepted_at__isnull=True, aside=False)


class FollowQuerySet(models.QuerySet["Follow"]):
    """The two states of a pair, in the words of the partial indexes."""

    def pending(self) -> "FollowQuerySet":
        return self.filter(accepted_at__isnull=True)

    def waiting(self) -> "FollowQuerySet":
        """The pending ones that their owner sees; others are hidden, because the owner keeps the requester out."""
        return self.filter(accepted_at__isnull=True, aside=False)

    def accepted(self) -> "FollowQuerySet":
        return self.filter(accepted_at__isnull=False)


class Follow(models.Model):
    """`follower` follows `target`, or asks to while `accepted_at` is null.

    Approving a request gives the pair a new row. Ids therefore order requests by their creation and followers by their
    approval, and the id of an answered request is no longer valid.
    """

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows_out", db_index=False
    )
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows_in", db_index=False
    )
    show_reblogs = models.BooleanField(default=True, db_default=True)
    notify = models.BooleanField(default=False, db_default=False)
    languages = models.JSONField(null=True, blank=True, default=None, help_text="Null for all languages.")
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    accepted_at = models.DateTimeField(null=True, blank=True, default=None)
    reason = models.PositiveSmallIntegerField(
        choices=ArrivalReason, null=True, blank=True, default=None, help_text="The reason why it became a request."
    )
    note = models.CharField(
        max_length=MAX_NOTE,
        blank=True,
        default="",
        db_default="",
        help_text="A message from the requester to the owner.",
    )
    aside = models.BooleanField(
        default=False, db_default=False, help_text="Hidden, because the owner keeps the requester out."
    )
    while_paused = models.BooleanField(
        default=False, db_default=False, help_text="It came while new followers were paused."
    )
    seen = models.BooleanField(default=False, db_default=False, help_text="The owner has looked at the request.")

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("follower", "target", name="follow_pair_unique"),
            models.CheckConstraint(condition=~Q(follower=F("target")), name="follow_not_oneself"),
            models.CheckConstraint(condition=Q(reason__in=ArrivalReason.values), name="follow_reason_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(note="", aside=False), name="follow_accepted_has_no_note"
            ),
        ]
        indexes = [  # each holds all that its list reads of the edges
            models.Index("created_at", "id", name="follow_queue", condition=WAITING),
            models.Index("target", "id", "follower", name="follow_requests_to", condition=WAITING),
            models.Index("target", "created_at", "id", name="follow_expiring", condition=WAITING),
            models.Index("target", "id", "follower", name="follow_aside", condition=PENDING & Q(aside=True)),
            models.Index("follower", "id", "target", name="follow_requests_of", condition=PENDING),
            models.Index(
                "target", "id", "follower", name="follow_followers_of", condition=Q(accepted_at__isnull=False)
            ),
            models.Index(
                "follower", "id", "target", name="follow_following_of", condition=Q(accepted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follower} → {self.target}"


class FollowRequest(Follow):
    """The pending follows, as moderators see them."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        permissions: ClassVar = [("decide_followrequest", "Can approve and reject follow requests")]


class Block(models.Model):
    """`blocker` does not want to have to do with `target`."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("blocker", "target", name="block_pair_unique"),
            models.CheckConstraint(condition=~Q(blocker=F("target")), name="block_not_oneself"),
        ]
        indexes = [models.Index("blocker", "id", name="block_of")]

    def __str__(self) -> str:
        return f"{self.blocker} ⊘ {self.target}"


class DomainBlock(models.Model):
    """`account` does not want to have to do with anybody of another server."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    domain = models.CharField(max_length=253)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", "domain", name="domain_block_unique"),
            models.CheckConstraint(condition=~Q(domain=""), name="domain_block_names_a_domain"),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="domain_block_is_lower_case"),
        ]
        indexes = [models.Index("account", "id", name="domain_block_of")]

    def __str__(self) -> str:
        return f"{self.account} ⊘ {self.domain}"


class Tally(models.Model):
    """The tallies of an account: one row, updated with each edge, corrected by `recount`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="tally"
    )
    followers = models.PositiveIntegerField(default=0, db_default=0)
    following = models.PositiveIntegerField(default=0, db_default=0)
    requests = models.PositiveIntegerField(default=0, db_default=0, help_text="Pending requests to the account.")

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [models.Index(F("followers").desc(), condition=Q(followers__gt=0), name="tally_most_followed")]

    def __str__(self) -> str:
        return f"{self.account}: {self.followers} followers, {self.following} following, {self.requests} requests"


class TallyMove(models.Model):
    """A move of a tally whose row another writer held, see `journal`; it is soon added to the tally."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    followers = models.IntegerField(default=0)
    following = models.IntegerField(default=0)
    requests = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account}: {self.followers:+} followers, {self.following:+} following, {self.requests:+} requests"


class Opening(models.Model):
    """An account that has opened and still has requests to approve, see `opening`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.account} is opening"


class Leaving(models.Model):
    """An account that is being deleted, see `leaving`. The row goes with the account, and never before."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="leaving"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "deletion"

    def __str__(self) -> str:
        return f"{self.account} is being deleted"
