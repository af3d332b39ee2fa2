"""The graph: who follows whom, who asked to, who blocks whom, and what was decided when.

One pair has one row; a request is a follow that nobody accepted yet. Invariants are constraints
here; every write is in `graph`, every read in `queries`.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone


class FollowQuerySet(models.QuerySet["Follow"]):
    """The two states of a pair, in the words of the partial indexes."""

    def pending(self) -> "FollowQuerySet":
        return self.filter(accepted_at__isnull=True)

    def accepted(self) -> "FollowQuerySet":
        return self.filter(accepted_at__isnull=False)


class Follow(models.Model):
    """`follower` follows `target`, or asks to while `accepted_at` is null.

    Accepting gives the pair a fresh row, so that ids order requests by when they were made and
    followers by when they were accepted, and the id of an answered request is dead.
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

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("follower", "target", name="follow_pair_unique"),
            models.CheckConstraint(condition=~Q(follower=F("target")), name="follow_not_oneself"),
        ]
        indexes = [
            models.Index("created_at", "id", name="follow_queue", condition=Q(accepted_at__isnull=True)),
            models.Index("target", "id", name="follow_requests_to", condition=Q(accepted_at__isnull=True)),
            models.Index("target", "id", name="follow_followers_of", condition=Q(accepted_at__isnull=False)),
            models.Index("follower", "id", name="follow_following_of", condition=Q(accepted_at__isnull=False)),
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


class Mute(models.Model):
    """`muter` wants to hear nothing of `target`, until it expires."""

    muter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes_in")
    notices_too = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True, default=None, help_text="Null for never.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("muter", "target", name="mute_pair_unique"),
            models.CheckConstraint(condition=~Q(muter=F("target")), name="mute_not_oneself"),
        ]
        indexes = [models.Index("muter", "id", name="mute_of")]

    def __str__(self) -> str:
        return f"{self.muter} mutes {self.target}"


class DomainBlock(models.Model):
    """`account` does not want to have to do with anybody of another server."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    domain = models.CharField(max_length=253)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", "domain", name="domain_block_unique"),
            models.CheckConstraint(condition=~Q(domain=""), name="domain_block_names_a_domain"),
        ]
        indexes = [models.Index("account", "id", name="domain_block_of")]

    def __str__(self) -> str:
        return f"{self.account} ⊘ {self.domain}"


class Note(models.Model):
    """What `author` keeps in mind about `target`; nobody else sees it."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes_in")
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint("author", "target", name="note_pair_unique")]

    def __str__(self) -> str:
        return f"{self.author} on {self.target}"


class Endorsement(models.Model):
    """`endorser` shows `target`, whom it follows, on its own profile. It ends with the follow."""

    endorser = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("endorser", "target", name="endorsement_pair_unique"),
            models.CheckConstraint(condition=~Q(endorser=F("target")), name="endorsement_not_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.endorser} endorses {self.target}"


class Dismissal(models.Model):
    """`target` was suggested to `account`, who does not want that."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("account", "target", name="dismissal_pair_unique")]

    def __str__(self) -> str:
        return f"{self.target}, not for {self.account}"


class List(models.Model):
    """Some of the people whom `owner` follows, under a title."""

    class Replies(models.TextChoices):
        """Whose replies a list shows."""

        FOLLOWED = "followed"
        LIST = "list"
        NONE = "none"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    title = models.CharField(max_length=256)
    replies_policy = models.CharField(max_length=8, choices=Replies, default=Replies.LIST)
    exclusive = models.BooleanField(default=False, help_text="Its members are not shown at home.")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="list_has_a_title")]
        indexes = [models.Index("owner", "id", name="list_of")]

    def __str__(self) -> str:
        return self.title


class ListMember(models.Model):
    """Whom its owner put on a list. It ends with the owner's follow or request, unless it is the owner."""

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("list", "member", name="list_member_unique")]

    def __str__(self) -> str:
        return f"{self.member} on {self.list}"


class Tally(models.Model):
    """How many edges an account has: one row per account, moved with each edge, healed by `recount`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="tally"
    )
    followers = models.PositiveIntegerField(default=0, db_default=0)
    following = models.PositiveIntegerField(default=0, db_default=0)
    requests = models.PositiveIntegerField(default=0, db_default=0, help_text="Pending requests to the account.")

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.account}: {self.followers} followers, {self.following} following, {self.requests} requests"


class Notice(models.Model):
    """Something that `recipient` is told about `actor`; asked for again, it is told anew."""

    class Kind(models.IntegerChoices):
        FOLLOWED = 1, "followed you"
        REQUESTED = 2, "asks to follow you"
        ACCEPTED = 3, "accepted your request"
        JOINED = 4, "follows you since you accepted"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.PositiveSmallIntegerField(choices=Kind)
    created_at = models.DateTimeField(default=timezone.now)
    seen = models.BooleanField(default=False)
    filtered = models.BooleanField(default=False, db_default=False, help_text="Kept aside by the recipient's policy.")
    bucket = models.PositiveIntegerField(
        null=True, editable=False, help_text="New followers of half a day are one group: the hour when it began."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("recipient", "actor", "kind", name="notice_unique"),
        ]
        indexes = [
            models.Index("recipient", "id", name="notice_to"),
            models.Index("recipient", "bucket", "id", name="notice_group", condition=Q(bucket__isnull=False)),
            models.Index("recipient", "id", name="notice_filtered", condition=Q(filtered=True)),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.actor} {self.get_kind_display()}"


class NoticePolicy(models.Model):
    """What an account wants to be told by whom. Without a row everything is told."""

    class Rule(models.TextChoices):
        ACCEPT = "accept"
        FILTER = "filter"
        DROP = "drop"

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

    def __str__(self) -> str:
        return f"What {self.account} is told"


class NoticePermission(models.Model):
    """Whatever the recipient's policy says, it is told of this actor."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("recipient", "actor", name="notice_permission_unique")]

    def __str__(self) -> str:
        return f"{self.recipient} hears of {self.actor}"


class Marker(models.Model):
    """How far an account has read one of its timelines; `version` counts the changes."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    timeline = models.CharField(max_length=16)
    last_read = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("account", "timeline", name="marker_unique")]

    def __str__(self) -> str:
        return f"{self.account} has read {self.timeline} up to {self.last_read}"


class Opening(models.Model):
    """An account that has opened and still has requests to accept, see `opening`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.account} is opening"


class Decision(models.Model):
    """The log of what became of requests and follows. Rows are only ever added."""

    class Kind(models.IntegerChoices):
        ACCEPTED = 1
        REJECTED = 2
        CANCELLED = 3
        REMOVED = 4
        BLOCKED = 5
        UNBLOCKED = 6

    kind = models.PositiveSmallIntegerField(choices=Kind)
    follower = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Who decided."
    )
    door = models.CharField(max_length=16, help_text="Through which door the decision came.")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.follower} → {self.target}"


class Report(models.Model):
    """What somebody wants moderators to know of an account; a later one of the same two replaces it."""

    class Reason(models.IntegerChoices):
        SPAM = 1, "spam account"
        IMPERSONATION = 2, "impersonation"
        INAPPROPRIATE = 3, "inappropriate content"
        FAKE = 4, "fake account"
        FRAUD = 5, "fraudulent"
        OTHER = 6, "something else"

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.PositiveSmallIntegerField(choices=Reason)
    comment = models.CharField(max_length=2900, blank=True, default="")
    door = models.CharField(max_length=16, help_text="Through which door the report came.")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, default=None)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ("view",)
        permissions: ClassVar = [("close_report", "Can close reports")]
        constraints = [
            models.UniqueConstraint("reporter", "target", name="report_pair_unique"),
            models.CheckConstraint(condition=~Q(reporter=F("target")), name="report_not_oneself"),
        ]
        indexes = [models.Index("id", name="report_open", condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.target}: {self.get_reason_display()}"
