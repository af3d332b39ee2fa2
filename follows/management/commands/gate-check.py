"""`manage.py gate-check`: why a follow becomes a follow, a request or nothing."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from accounts.lookup import NoSuchAccount
from accounts.management.accounts import HANDLE, any_account
from follows.gate import rules

ROWS = (
    "a follow or request that stands, oneself, a suspended account, a block, or as many follows as one may have",
    "a rule for the asker's server",
    "the account keeps out the asker or its server",
    "the account approved the asker before",
    "a rule of the account accepts the asker",
    "the account has paused new followers",
    "the account is locked, or the asker must ask",
    "nothing stands against it",
)
OUTCOMES = {
    rules.Outcome.FOLLOW: "a follow",
    rules.Outcome.REQUEST: "a request",
    rules.Outcome.ASIDE: "a request that waits aside",
    rules.Outcome.REFUSED: "refused",
}


class Command(BaseCommand):
    help = "Print the result of a follow of ACCOUNT by ASKER, and the row of the table in docs/gate.md that decides it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help=f"the account that would be followed: {HANDLE}")
        parser.add_argument("asker", metavar="ASKER", help=f"the account that would follow it: {HANDLE}")

    def handle(self, *args: Any, account: str, asker: str, **options: Any) -> None:
        follower, target = any_account(asker), any_account(account)
        try:
            found = rules.foresee(follower, target)
        except NoSuchAccount:  # it exists, so it is suspended
            found = rules.Answer(rules.Outcome.REFUSED, 0)
        self.stdout.write(f"{asker} follows {account}: {OUTCOMES[found.outcome]}.")
        self.stdout.write(f"Row {found.row}: {ROWS[found.row]}.")
        if found.rule:
            self.stdout.write(f"Rule: {found.rule}.")
        if found.reason:
            self.stdout.write(f"Reason: {found.reason.label}.")
