"""The applications and tokens of Mastodon clients, on django-oauth-toolkit's abstract models."""

from typing import ClassVar

from django.db import models
from oauth2_provider.models import AbstractAccessToken, AbstractApplication


class Application(AbstractApplication):
    """A client that registered itself; its scopes are literal, see mastodon.md §1.8."""

    scopes = models.TextField(blank=True, default="read", help_text="Separated by spaces; empty for no limit.")
    website = models.CharField(max_length=2000, blank=True, default="")

    class Meta(AbstractApplication.Meta):
        pass

    def __str__(self) -> str:
        return str(self.name)


class AccessToken(AbstractAccessToken):
    """A client's token: for one account, or without one for the client itself.

    The token itself is not stored. It is derived from SECRET_KEY and `nonce`, so that a client that
    asks again gets the same one (mastodon.md §1.4) and a stolen database holds none. A revoked row
    stays, because clients are told "revoked" and not "unknown".
    """

    # This server hands out neither refresh tokens nor OpenID Connect tokens.
    source_refresh_token = None
    id_token = None

    nonce = models.CharField(max_length=43, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta(AbstractAccessToken.Meta):
        indexes: ClassVar = [models.Index("user", "application", name="token_of_user_and_client")]
