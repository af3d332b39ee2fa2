"""`manage.py create_token`: create an access token without a browser, for scripts and tests."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from compat_mastodon.management import tokens
from compat_mastodon.management.tokens import ALL


class Command(BaseCommand):
    help = "Print a Mastodon access token for a local account, as `manage.py token create` does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="user name or e-mail address")
        parser.add_argument("--scopes", default=ALL, metavar="S", help=f'default "{ALL}"')

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        self.stdout.write(tokens.create(username, options["scopes"]))
