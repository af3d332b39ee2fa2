"""`manage.py account`: look at accounts, and moderate them, for scripts."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import people, sessions
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.management import printing
from accounts.management.accounts import HANDLE, any_account
from accounts.models import Account
from accounts.people import IsLeaving
from follows import leaving
from follows.export import address_of
from follows.gate import servers
from follows.models import Report, Tally

BY = Actor(None, "command")


class Action(NamedTuple):
    """An action on one account, a test whether it was done before, the name of its outcome, and its help text."""

    act: Callable[[int], object]
    stands: Callable[[Account], bool]
    done: str
    help: str


ACTIONS = {
    "suspend": Action(
        people.suspend,
        lambda account: account.suspended_at is not None and account.leaves_at is None,
        "suspended",
        "hide the account from everybody, and sign it out",
    ),
    "unsuspend": Action(
        people.unsuspend, lambda account: account.suspended_at is None, "unsuspended", "take suspend back"
    ),
    "limit": Action(
        servers.limit,
        lambda account: account.limited_at is not None,
        "limited",
        "its follows become requests, and no directory, suggestion or search shows it",
    ),
    "unlimit": Action(servers.unlimit, lambda account: account.limited_at is None, "unlimited", "take limit back"),
    "confirm": Action(
        people.prove_email,
        lambda account: account.email_proven_at is not None and not account.unconfirmed,
        "confirmed",
        "confirm its e-mail address in its owner's place",
    ),
    "sign-out": Action(sessions.sign_out, lambda _: False, "signed out", "end all its sessions and tokens"),
    "delete": Action(
        lambda account: leaving.delete_account(account, BY),
        lambda _: False,
        "deleted",
        "delete it with everything of its own, at once; needs --yes",
    ),
}
LOCAL = {"confirm", "sign-out"}  # accounts of other servers have neither


class Command(BaseCommand):
    help = "Show accounts, and moderate them. The exit code is 1 if something was not done for one of the accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar=f"show|{'|'.join(ACTIONS)}")
        for name, text in [("show", "print what is known"), *((name, each.help) for name, each in ACTIONS.items())]:
            action = actions.add_parser(name, help=text, description=text)
            action.add_argument("accounts", nargs="+", metavar="ACCOUNT", help=HANDLE)
            action.add_argument("--json", action="store_true", help="print a JSON list")
            if name == "delete":
                action.add_argument("--yes", action="store_true", help="confirm the deletion")

    def handle(self, *args: Any, action: str, accounts: list[str], **options: Any) -> None:
        if action == "delete" and not options["yes"]:
            raise CommandError("Add --yes to confirm the deletion.")
        known = [any_account(text) for text in accounts]  # all are there before anything is done
        if action == "show":
            facts = [_facts(account) for account in known]
            if options["json"]:
                printing.rows(self.stdout, facts, as_json=True)
            else:
                printing.rows(self.stdout, _lines(facts), as_json=False)
            return
        missed: list[str] = []
        printing.rows(self.stdout, _done(action, known, missed), as_json=options["json"])
        if missed:
            raise CommandError(" ".join(missed))


def _done(action: str, accounts: list[int], missed: list[str]) -> Iterator[printing.Row]:
    chosen = ACTIONS[action]
    for pk in dict.fromkeys(accounts):
        account = Account.objects.get(pk=pk)
        row = {"id": pk, "account": address_of(account.username, account.domain), "result": chosen.done}
        if chosen.stands(account):
            row["result"] = f"already {chosen.done}"
        elif action in LOCAL and account.domain:
            row["result"] = "not done"
            missed.append(f"{account.acct} is of another server.")
        else:
            try:
                chosen.act(pk)
            except (IsLeaving, NoSuchAccount):
                row["result"] = "not done"
                missed.append(f"{account.acct} is being deleted.")
        yield row


def _facts(pk: int) -> printing.Row:
    account = Account.objects.get(pk=pk)
    tally = Tally.objects.filter(account=pk).first() or Tally()
    return {
        "id": pk,
        "account": address_of(account.username, account.domain),
        "display_name": account.display_name,
        "email": account.email,
        "confirmed": not account.unconfirmed,
        "locked": account.locked,
        "bot": account.bot,
        "moderator": account.is_staff,
        "suspended_at": account.suspended_at,
        "limited_at": account.limited_at,
        "leaves_at": account.leaves_at,
        "being_deleted": leaving.is_leaving(pk),
        "created_at": account.created_at,
        "last_active_at": account.last_active_at,
        "followers": tally.followers,
        "following": tally.following,
        "requests": tally.requests,
        "open_reports": Report.objects.filter(target=pk, closed_at=None).count(),
    }


def _lines(facts: list[printing.Row]) -> Iterator[printing.Row]:
    """One line for each fact."""
    for each in facts:
        for name, value in each.items():
            yield {"name": name, "value": ("yes" if value else "no") if isinstance(value, bool) else value}
