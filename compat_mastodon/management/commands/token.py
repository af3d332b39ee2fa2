"""`manage.py token`: access tokens of the Mastodon API, without a browser."""

from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.management import printing
from accounts.management.accounts import local_account
from compat_mastodon.management.tokens import ALL, CLIENT_ID, create
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth import tokens


class Command(BaseCommand):
    help = (
        "Create, list and revoke access tokens of the Mastodon API for a local account. Only `create` prints a token; "
        "the same command prints the same token again until it is revoked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="create|list|revoke")
        texts = {
            "create": "print a token",
            "list": "print id, app, scopes and time of each token, the newest first",
            "revoke": "end the tokens with these ids, or without ids those that commands created",
        }
        for name, text in texts.items():
            action = actions.add_parser(name, help=text, description=text)
            action.add_argument("username", metavar="NAME", help="user name or e-mail address")
            if name == "create":
                action.add_argument("--scopes", default=ALL, metavar="S", help=f'default "{ALL}"')
            if name == "list":
                action.add_argument("--json", action="store_true", help="print a JSON list")
            if name == "revoke":
                action.add_argument("ids", nargs="*", type=int, metavar="ID", help="ids that `list` prints")

    def handle(self, *args: Any, action: str, username: str, **options: Any) -> None:
        if action == "create":
            self.stdout.write(create(username, options["scopes"]))
        elif action == "list":
            printing.rows(self.stdout, _held(local_account(username).pk), as_json=options["json"])
        else:
            self._revoke(username, set(options["ids"]))

    def _revoke(self, username: str, ids: set[int]) -> None:
        living = AccessToken.objects.filter(user=local_account(username), revoked_at=None)
        chosen = living.filter(pk__in=ids) if ids else living.filter(application__client_id=CLIENT_ID)
        if missing := ids - set(chosen.values_list("pk", flat=True)):
            raise CommandError(f"{username} has no token {min(missing)}. Nothing was revoked.")
        if not (count := tokens.end(chosen)):
            raise CommandError(f"{username} has no token that a command created.")
        self.stdout.write(f"{count} tokens revoked.")


def _held(owner: int) -> Iterator[printing.Row]:
    living = AccessToken.objects.filter(user=owner, revoked_at=None)
    for token in living.select_related("application").order_by("-pk"):
        yield {"id": token.pk, "app": str(token.application), "scopes": token.scope.split(), "since": token.created}
