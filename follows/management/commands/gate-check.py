"""`manage.py gate-check`: the result of a follow, and the rule that decides it."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from accounts.lookup import NoSuchAccount
from accounts.management.accounts import HANDLE, any_account
from follows.gate import rules

ROWS = (
    "an existing follow or request, the same account, a suspended account, a block, or the limit of follows",
    "a rule for the requester's server",
    "the account keeps out the requester or its server",
    "the account approved the requester in advance",
    "a rule of the account approves the requester",
    "the account has paused new followers",
    "the account is locked, or the requester must ask",
    "no other row applies",
)
OUTCOMES = {
    rules.Outcome.FOLLOW: "a follow",
    rules.Outcome.REQUEST: "a request",
    rules.Outcome.ASIDE: "a hidden request",
    rules.Outcome.REFUSED: "refused",
}


class Command(BaseCommand):
    help = "Print the result of a follow of ACCOUNT by REQUESTER, and the row of docs/gate.md that decides it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help=f"the account that would be followed: {HANDLE}")
        parser.add_argument("requester", metavar="REQUESTER", help=f"the account that would follow it: {HANDLE}")

    def handle(self, *args: Any, account: str, requester: str, **options: Any) -> None:
        follower, target = any_account(requester), any_account(account)
        try:
            found = rules.foresee(follower, target)
        except NoSuchAccount:  # it exists, so it is suspended
            found = rules.Answer(rules.Outcome.REFUSED, 0)
        self.stdout.write(f"{requester} follows {account}: {OUTCOMES[found.outcome]}.")
        self.stdout.write(f"Row {found.row}: {ROWS[found.row]}.")
        if found.rule:
            self.stdout.write(f"Rule: {found.rule}.")
        if found.reason:
            self.stdout.write(f"Reason: {found.reason.label}.")
