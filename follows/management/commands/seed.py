"""`manage.py seed`: a graph of any size to try and to measure with."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import lookup, people
from accounts.models import Account
from follows import tallies
from follows.management.progress import progress
from follows.seeding import Seeder


class Command(BaseCommand):
    help = (
        "Add accounts, requests to one locked account, and follows among the new accounts. The same seed makes "
        "the same people and edges. Nobody can sign in as them. Runs on a filled database too; Ctrl-C leaves "
        "whole batches and right tallies."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=1000, metavar="N", help="default 1000")
        parser.add_argument("--requests", type=int, default=100, metavar="N", help="default 100, at most the accounts")
        parser.add_argument("--follows", type=int, default=5000, metavar="N", help="default 5000")
        parser.add_argument(
            "--locked-account", default="locked", metavar="NAME", help="who is asked; made if there is no such account"
        )
        parser.add_argument("--random-seed", type=int, default=1, metavar="S", help="default 1")

    def handle(self, *args: Any, accounts: int, requests: int, follows: int, **options: Any) -> None:
        if min(accounts, requests, follows) < 0:
            raise CommandError("Nobody can make fewer than none.")
        if max(accounts, requests + follows) > lookup.MAX_ID:
            raise CommandError(f"There are ids for {lookup.MAX_ID:,} accounts, and as many requests and follows.")
        if requests > accounts:
            raise CommandError(f"{requests:,} requests need as many accounts, not {accounts:,}.")
        if follows > accounts * (accounts - 1):
            raise CommandError(f"{accounts:,} accounts have room for {accounts * (accounts - 1):,} follows only.")
        owner = self._owner(options["locked_account"]) if requests else 0

        seeder = Seeder(options["random_seed"])
        try:
            self._run("accounts", accounts, seeder.accounts(accounts))
            self._run("requests", requests, seeder.requests(owner, requests))
            self._run("follows", follows, seeder.follows(follows))
            self._check()
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was stored is whole.", returncode=130) from None

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
            raise CommandError(f"{wrong:,} of {accounts:,} tallies are wrong; `manage.py recount` heals them.")
        self.stdout.write(f"All tallies of {accounts:,} accounts are right.")

    def _owner(self, name: str) -> int:
        account = lookup.local(name)
        if account is None:
            password = secrets.token_urlsafe()  # nobody knows it
            try:
                account = people.sign_up(username=name, email=f"{name}@example.org", password=password, locked=True)
            except people.Invalid as invalid:
                raise CommandError(f"No account can be called {name!r}: {invalid}.") from None
        if not account.locked:
            raise CommandError(f"{name} is not locked: nobody would have to ask.")
        return account.pk
