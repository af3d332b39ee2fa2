"""`manage.py seed`: a graph of any size to try and to measure with."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import lookup, people, validation
from accounts.models import Account
from follows import tallies
from follows.management.progress import progress
from follows.seeding import Seeder


class Command(BaseCommand):
    help = (
        "Add accounts, follow requests to one locked account, and follows between them. The same seed makes "
        "the same accounts and follows. You cannot sign in to these accounts. The database may have others. "
        "Ctrl-C leaves complete batches and correct tallies."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=1000, metavar="N", help="default 1000")
        parser.add_argument(
            "--requests", type=int, default=100, metavar="N", help="default 100, at most as many as accounts"
        )
        parser.add_argument("--follows", type=int, default=5000, metavar="N", help="default 5000")
        parser.add_argument(
            "--locked-account",
            default="locked",
            metavar="NAME",
            help="the account that gets the requests; created if it does not exist",
        )
        parser.add_argument("--random-seed", type=int, default=1, metavar="S", help="default 1")

    def handle(self, *args: Any, accounts: int, requests: int, follows: int, **options: Any) -> None:
        if min(accounts, requests, follows) < 0:
            raise CommandError("Numbers must not be negative.")
        if max(accounts, requests + follows) > lookup.MAX_ID:
            raise CommandError(f"There can be at most {lookup.MAX_ID:,} accounts, requests and follows each.")
        if requests > accounts:
            raise CommandError(f"{requests:,} requests need at least {requests:,} accounts, not {accounts:,}.")
        if follows > accounts * (accounts - 1):
            raise CommandError(f"{accounts:,} accounts allow only {accounts * (accounts - 1):,} follows.")
        owner = self._owner(options["locked_account"]) if requests else 0

        seeder = Seeder(options["random_seed"])
        try:
            self._run("accounts", accounts, seeder.accounts(accounts))
            self._run("requests", requests, seeder.requests(owner, requests))
            self._run("follows", follows, seeder.follows(follows))
            self._check()
        except KeyboardInterrupt:
            raise CommandError("Stopped. The stored batches are complete.", returncode=130) from None

    def _run(self, what: str, count: int, batches: Iterator[int]) -> None:
        started = time.perf_counter()
        with progress(what.capitalize(), count) as advance:
            for size in batches:
                advance(size)
        if count:
            seconds = time.perf_counter() - started
            self.stdout.write(f"{count:,} {what} in {seconds:.2f} s: {count / seconds:,.0f} a second.")

    def _check(self) -> None:
        accounts = wrong = 0
        with progress("Check", Account.objects.count()) as advance:
            for chunk in tallies.verify():
                accounts, wrong = accounts + chunk.accounts, wrong + chunk.wrong
                advance(chunk.accounts)
        if wrong:
            raise CommandError(f"{wrong:,} of {accounts:,} tallies are wrong; `manage.py recount` corrects them.")
        self.stdout.write(f"All tallies of {accounts:,} accounts are right.")

    def _owner(self, name: str) -> int:
        account = lookup.local(name)
        if account is None:
            password = secrets.token_urlsafe()  # nobody knows it
            try:
                account = people.sign_up(username=name, email=f"{name}@example.org", password=password, locked=True)
            except validation.Invalid as invalid:
                raise CommandError(f"{name!r} is not a valid user name: {invalid}.") from None
        if not account.locked:
            raise CommandError(f"{name} is not locked, so it gets no follow requests.")
        return account.pk
