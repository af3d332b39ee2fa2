"""`manage.py requests`: the follow requests of a member, for scripts."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.access import Actor
from accounts.lookup import MAX_ID
from accounts.management import printing
from accounts.management.accounts import local_account
from accounts.models import Account
from follows import deciding, queue
from follows.deciding import NoSuchDecision, Outcome, Result, Verdict
from follows.export import address_of

BY = Actor(None, "command")
PAGE = 500  # requests that are read at once
VERDICTS = {"approve": Verdict.ACCEPT, "reject": Verdict.REJECT}


class Command(BaseCommand):
    help = (
        "List the follow requests of a local account, approve or reject them, or undo that within a day. Each line "
        "begins with an id. Without ids as arguments, the command reads them from standard input, one at the start of "
        "each line, so you can join `list`, `grep` and `approve` with pipes. The exit code is 1 if something was not "
        "done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|approve|reject|undo")
        for name, ids, text in (
            ("list", "", "print id, account, time, reason and note of each request, the oldest first"),
            ("approve", "request", "approve requests, and print decision, result, request and account of each"),
            ("reject", "request", "reject requests, and print the same; requesters are not told"),
            ("undo", "decision", "take back decisions that approve or reject printed"),
        ):
            action = actions.add_parser(name, help=text, description=text)
            action.add_argument("account", metavar="ACCOUNT", help="user name or e-mail address")
            action.add_argument("--json", action="store_true", help="print a JSON list")
            if ids:
                action.add_argument("ids", nargs="*", metavar="ID", help=f"ids of {ids}s")
            if name == "reject":
                action.add_argument("--keep-out", action="store_true", help="also hide their later requests")

    def handle(self, *args: Any, action: str, account: str, **options: Any) -> None:
        owner = local_account(account).pk
        if action == "list":
            printing.rows(self.stdout, _waiting(owner), as_json=options["json"])
            return
        ids = _ids(options["ids"] or _sent())
        if action == "undo":
            outcomes = _undone(owner, ids)
        else:
            outcomes = _decided(owner, VERDICTS[action], ids, keep_out=options.get("keep_out", False))
        missed: list[Outcome] = []
        total = printing.rows(self.stdout, _told(outcomes, missed), as_json=options["json"])
        if missed:
            raise CommandError(f"{len(missed)} of {total} were not done.")


def _waiting(owner: int) -> Iterator[printing.Row]:
    after: queue.Place | None = None
    while True:
        found = queue.requests(owner, queue.Filter(), queue.Sort.OLDEST, after, PAGE)
        addresses = _addresses(request.account.account for request in found.requests)
        for request in found.requests:
            yield {
                "id": request.id,
                "account": addresses.get(request.account.account),
                "asked_at": request.asked_at,
                "reason": request.reason.name.lower(),
                "note": request.note,
            }
        if found.after is None:
            return
        after = found.after


def _decided(owner: int, verdict: Verdict, ids: Sequence[int], *, keep_out: bool) -> Iterator[Outcome]:
    for start in range(0, len(ids), deciding.MOST):
        chunk = ids[start : start + deciding.MOST]
        yield from deciding.decide_requests(owner, verdict, chunk, BY, keep_out=keep_out).outcomes


def _undone(owner: int, ids: Sequence[int]) -> Iterator[Outcome]:
    for decision in ids:
        try:
            yield deciding.undo(owner, decision, BY)
        except NoSuchDecision:
            yield Outcome(None, None, Result.GONE, decision)


def _told(outcomes: Iterable[Outcome], missed: list[Outcome]) -> Iterator[printing.Row]:
    """The outcomes as rows; those that came to nothing are added to `missed`."""
    for outcome in outcomes:
        if outcome.result in {Result.GONE, Result.REFUSED, Result.TOO_LATE}:
            missed.append(outcome)
        yield {
            "decision": outcome.decision,
            "result": str(outcome.result),
            "request": outcome.request,
            "account": _addresses([outcome.account or 0]).get(outcome.account or 0),
        }


def _addresses(accounts: Iterable[int]) -> dict[int, str]:
    found = Account.objects.filter(pk__in=set(accounts)).values_list("pk", "username", "domain")
    return {pk: address_of(username, domain) for pk, username, domain in found}


def _sent() -> list[str]:
    """The first word of each line of standard input."""
    if sys.stdin.isatty():
        raise CommandError("Name the ids, or send them to standard input.")
    try:
        return [words[0] for line in sys.stdin if (words := line.split(maxsplit=1))]
    except UnicodeDecodeError:
        raise CommandError("Standard input is not text in UTF-8. Nothing was done.") from None


def _ids(words: Iterable[str]) -> list[int]:
    """:raises CommandError: when one is no id; nothing is done then."""
    ids = []
    for word in words:
        if not (word.isascii() and word.isdecimal() and 0 < int(word) <= MAX_ID):
            raise CommandError(f"{word[:50]!r} is not an id. Nothing was done.")
        ids.append(int(word))
    return list(dict.fromkeys(ids))
