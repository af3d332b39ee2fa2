"""`manage.py create_token`: an access token without the detour through a browser, for scripts and trials."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.management.accounts import local_account
from compat_mastodon.models import Application
from compat_mastodon.oauth import scopes, tokens

CLIENT_ID = "command-line"  # no client that registers itself gets such an id
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ALL = "read write follow push"


class Command(BaseCommand):
    help = "Print a Mastodon access token for a local account. The same command prints the same token again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="user name or e-mail address")
        parser.add_argument("--scopes", default=ALL, metavar="S", help=f'default "{ALL}"')

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        account = local_account(username)
        wanted = scopes.split(options["scopes"])
        if not wanted or not scopes.all_known(wanted):
            raise CommandError(f"{options['scopes']!r} is not a list of scopes, such as {ALL!r}.")
        application, _ = Application.objects.get_or_create(
            client_id=CLIENT_ID,
            defaults={
                "name": "Command line",
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
                "client_secret": "",  # the digest of no secret
                "hash_client_secret": False,
                "redirect_uris": OUT_OF_BAND,
                "scopes": " ".join(scopes.WORDS),
            },
        )
        code = tokens.issue_code(application, account, OUT_OF_BAND, " ".join(wanted), challenge="")
        try:
            _, token = tokens.exchange(code, application, OUT_OF_BAND, verifier="")
        except tokens.Refusal:
            raise CommandError(f"{username} is suspended.") from None
        self.stdout.write(token)
