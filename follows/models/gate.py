"""The rules that decide on a follow before its owner does: a member's gate, and the moderators' rules for servers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone


class ArrivalReason(models.IntegerChoices):
    """Why a follow became a request."""

    LOCKED = 1, "the account is locked"
    LIMITED = 2, "the requester is limited by moderators"
    SERVER = 3, "a rule for the requester's server"
    BOT = 4, "the requester is a bot"
    NEW = 5, "the requester's account is new"
    MASS = 6, "the requester follows very many accounts"
    REMOTE = 7, "the account is on another server"
    PAUSED = 8, "new followers are paused"
    KEPT_OUT = 9, "the requester is kept out"


class Digest(models.TextChoices):
    """The interval of the mails about waiting requests."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class GateRule(models.TextChoices):
    """The rule that decided without the owner: a field of `Gate`, or an approval made before."""

    APPROVED = "approved"
    ACCEPT_FOLLOWED = "accept_followed"
    ACCEPT_FRIENDS = "accept_friends"
    ACCEPT_VERIFIED = "accept_verified"


EXPIRY_DAYS = (14, 30, 90)
MAX_FRIENDS = 50
MAX_NEW_DAYS = 365
MAX_READ_FIRST = 1000  # characters
MAX_RULE_REASON = 500


class Gate(models.Model):
    """A member's rules for new followers; no row is a gate with everything off."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="gate"
    )
    accept_followed = models.BooleanField(default=False, help_text="Approve accounts that the member follows.")
    accept_friends = models.PositiveSmallIntegerField(
        null=True, blank=True, default=None, help_text="Approve accounts with at least this many friends in common."
    )
    accept_verified = models.BooleanField(default=False, help_text="Approve accounts with the badge.")
    ask_bots = models.BooleanField(default=False, help_text="Bots must ask, even if the account is open.")
    ask_new_days = models.PositiveSmallIntegerField(
        null=True, blank=True, default=None, help_text="Accounts younger than this many days must ask."
    )
    ask_mass = models.BooleanField(default=False, help_text="Accounts that follow very many others must ask.")
    paused = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True, blank=True, default=None, help_text="Empty for no end.")
    expire_days = models.PositiveSmallIntegerField(
        null=True, blank=True, default=None, choices=[(days, f"{days} days") for days in EXPIRY_DAYS]
    )
    read_first = models.CharField(max_length=MAX_READ_FIRST, blank=True, default="")
    tell_accepted = models.BooleanField(default=False)
    digest = models.CharField(max_length=8, choices=Digest, default=Digest.OFF)
    digest_at = models.DateTimeField(
        null=True, blank=True, default=None, help_text="The time when the next digest is due."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(accept_friends__range=(1, MAX_FRIENDS)), name="gate_friends_in_range"),
            models.CheckConstraint(condition=Q(ask_new_days__range=(1, MAX_NEW_DAYS)), name="gate_new_days_in_range"),
            models.CheckConstraint(condition=Q(expire_days__in=EXPIRY_DAYS), name="gate_expiry_known"),
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="gate_digest_known"),
            models.CheckConstraint(
                condition=Q(digest=Digest.OFF, digest_at=None) | (~Q(digest=Digest.OFF) & Q(digest_at__isnull=False)),
                name="gate_digest_is_due_if_wanted",
            ),
            models.CheckConstraint(
                condition=Q(paused=True) | Q(paused_until__isnull=True), name="gate_paused_until_only_while_paused"
            ),
        ]
        indexes = [
            models.Index("account", name="gate_expiring", condition=Q(expire_days__isnull=False)),
            models.Index("digest_at", name="gate_digest_due", condition=Q(digest_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"the gate of {self.account}"


class KeptOut(models.Model):
    """`owner` keeps an account or a whole server out: their requests are hidden, and they are not told."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    domain = models.CharField(max_length=253, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "kept out"
        constraints = [
            models.UniqueConstraint("owner", "account", condition=Q(domain=""), name="kept_out_account_unique"),
            models.UniqueConstraint("owner", "domain", condition=~Q(domain=""), name="kept_out_domain_unique"),
            models.CheckConstraint(
                condition=Q(account__isnull=False, domain="") | (Q(account__isnull=True) & ~Q(domain="")),
                name="kept_out_one_of_two",
            ),
            models.CheckConstraint(condition=~Q(owner=F("account")), name="kept_out_not_oneself"),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="kept_out_domain_is_lower_case"),
        ]
        indexes = [
            models.Index("owner", "id", name="kept_out_of"),
            models.Index("account", name="kept_out_account"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} keeps out {self.account or self.domain}"


class Approval(models.Model):
    """`owner` approves an account before it asks: by its row, or by a handle while there is no such account."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    handle = models.CharField(max_length=320, help_text="name or name@domain, in lower case.")
    until = models.DateTimeField(null=True, blank=True, default=None)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "handle", name="approval_handle_unique"),
            models.UniqueConstraint("owner", "account", name="approval_account_unique"),
            models.CheckConstraint(condition=~Q(owner=F("account")), name="approval_not_oneself"),
            models.CheckConstraint(condition=Q(handle=Lower("handle")) & ~Q(handle=""), name="approval_names_a_handle"),
        ]
        indexes = [
            models.Index("owner", "id", name="approval_of"),
            models.Index("account", name="approval_account"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} approves {self.handle}"


class ServerRuleKind(models.IntegerChoices):
    """The moderators' rules for all accounts of a server."""

    MUST_ASK = 1, "must ask"
    MUTUALS_ONLY = 2, "mutuals only"
    REFUSE = 3, "refuse"
    LIMITED = 4, "limited"


class ServerRule(models.Model):
    """The moderators' rule for follows that come from a server."""

    domain = models.CharField(max_length=253, unique=True)
    rule = models.PositiveSmallIntegerField(choices=ServerRuleKind)
    reason = models.CharField(
        max_length=MAX_RULE_REASON, blank=True, default="", help_text="The reason. Only moderators see it."
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        permissions: ClassVar = [("limit_account", "Can limit accounts")]
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=ServerRuleKind.values), name="server_rule_known"),
            models.CheckConstraint(
                condition=Q(domain=Lower("domain")) & ~Q(domain=""), name="server_rule_names_a_domain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.get_rule_display()}"
