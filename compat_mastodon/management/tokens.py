"""Tokens that commands hand out, as those of an application of their own."""

from django.core.management import CommandError

from accounts import moderators
from accounts.management.accounts import local_account
from compat_mastodon.models import Application
from compat_mastodon.oauth import scopes, tokens

CLIENT_ID = "command-line"  # no client that registers itself gets such an id
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ALL = "read write follow push"


def create(name: str, wanted: str) -> str:
    """Return a token with these scopes for the local account of this name. A second call returns the same token.

    :raises CommandError: when there is no such account, it is suspended, or a scope is not known, or only for
        moderators.
    """
    account, words = local_account(name), scopes.split(wanted)
    if not words or not scopes.all_known(words):
        raise CommandError(f"{wanted!r} is not a list of scopes, such as {ALL!r}.")
    if scopes.moderate(words) and not moderators.is_admitted(account):
        raise CommandError(f"{name} is not a moderator, so its tokens cannot have scopes that begin with admin:.")
    application, _ = Application.objects.get_or_create(
        client_id=CLIENT_ID,
        defaults={
            "name": "Command line",
            "folded_name": "command line",
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "client_secret": "",  # the digest of no secret
            "hash_client_secret": False,
            "redirect_uris": OUT_OF_BAND,
            "scopes": " ".join(scopes.WORDS),
        },
    )
    code = tokens.issue_code(application, account, OUT_OF_BAND, " ".join(words), challenge="")
    try:
        _, token = tokens.exchange(code, application, OUT_OF_BAND, verifier="")
    except tokens.Refusal:
        raise CommandError(f"{name} is suspended.") from None
    return token
