"""The applications and tokens of Mastodon clients, on django-oauth-toolkit's abstract models, and
where their push messages go."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from oauth2_provider.models import AbstractAccessToken, AbstractApplication


class Application(AbstractApplication):
    """A client that registered itself; its scopes are literal, see mastodon.md §1.8."""

    scopes = models.TextField(blank=True, default="read", help_text="Separated by spaces; empty for no limit.")
    website = models.CharField(max_length=2000, blank=True, default="")
    folded_name = models.TextField(editable=False, default="", db_default="", help_text="The name, for searching.")

    class Meta(AbstractApplication.Meta):
        pass

    def __str__(self) -> str:
        return str(self.name)


class AccessToken(AbstractAccessToken):
    """A client's token: for one account, or without one for the client itself.

    The token itself is not stored. It is derived from SECRET_KEY and `nonce`, so that a client gets the same token
    again (mastodon.md §1.4), and a stolen database contains none. A revoked row stays, because clients are told
    "revoked" and not "unknown".
    """

    # This server hands out neither refresh tokens nor OpenID Connect tokens.
    source_refresh_token = None
    id_token = None

    nonce = models.CharField(max_length=43, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, default=None)
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta(AbstractAccessToken.Meta):
        indexes: ClassVar = [models.Index("user", "application", name="token_of_user_and_client")]


class Policy(models.TextChoices):
    """The accounts whose news a client wants."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


class PushSubscription(models.Model):
    """The push subscription of a client: one per token, see `push`."""

    token = models.OneToOneField(AccessToken, on_delete=models.CASCADE, related_name="push_subscription")
    endpoint = models.CharField(max_length=2000)
    p256dh = models.CharField(max_length=88, help_text="The client's public key, base64url.")
    auth = models.CharField(max_length=24, help_text="The secret that client and server share, base64url.")
    standard = models.BooleanField(default=False, help_text="Encrypted by RFC 8291 instead of its draft.")
    alerts = models.JSONField(default=dict, help_text='{"follow": true, …}. Other kinds are not sent.')
    policy = models.CharField(max_length=8, choices=Policy, default=Policy.ALL)
    created_at = models.DateTimeField(default=timezone.now)
    timeouts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)  # one after the other
    rests_until = models.DateTimeField(
        null=True, blank=True, help_text="Paused until then, because its address timed out too often."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(policy__in=Policy.values), name="push_policy_known")]

    def __str__(self) -> str:
        return f"Push for token {self.token_id}"
