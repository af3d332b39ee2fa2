"""`manage.py recount`: compare the tallies with the edges, and correct them."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.models import Account
from follows import tallies
from follows.management.progress import progress


class Command(BaseCommand):
    help = (
        "Count the followers, follows and follow requests of every account again, and correct wrong tallies. "
        "You can run it while the server runs. It uses small transactions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit with code 1 if a tally is wrong")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        accounts = wrong = 0
        with progress("Accounts", Account.objects.count()) as advance:
            for chunk in tallies.verify() if check else tallies.heal():
                accounts, wrong = accounts + chunk.accounts, wrong + chunk.wrong
                advance(chunk.accounts)
        if check and wrong:
            raise CommandError(f"{wrong:,} of {accounts:,} tallies are wrong; `manage.py recount` corrects them.")
        self.stdout.write(
            f"{accounts:,} accounts, {f'{wrong:,} tallies healed' if wrong else 'all tallies are right'}."
        )
