"""The report of an import: the number of rows of each table, and each kind of problem with its first ten.

It names accounts by id and user name, rows by id, and never an address, a token or a password.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypedDict

NAMED = 10  # of each kind
Item = int | str

KINDS = {
    "account_not_activated": "accounts were never activated: nobody sees them, and nobody signs in to them",
    "administrator": "accounts were administrators: nobody is a moderator here by an import",
    "block_here_already": "blocks are here already",
    "block_of_inactive_account": "blocks belong to an account that was never activated",
    "block_of_oneself": "blocks were of oneself",
    "block_twice": "blocks were there twice",
    "block_without_account": "blocks belong to an account that does not exist",
    "connection_between_blocked": "follows and requests are between accounts of which one blocks the other",
    "connection_here_already": "follows and requests are here already",
    "connection_new_id": "follows and requests have a new id, because theirs was taken",
    "connection_of_inactive_account": "follows and requests belong to an account that was never activated",
    "connection_of_oneself": "follows and requests were of oneself",
    "connection_twice": "follows and requests were there twice",
    "connection_without_account": "follows and requests belong to an account that does not exist",
    "device_without_session": "tokens for push messages belong to a phone that is not signed in",
    "duplicate_id": "rows had the id of an earlier row",
    "email_invalid": "accounts have no address any more, because theirs was malformed",
    "email_taken": "accounts have no address any more, because another account has it",
    "few_ids": "tables have few ids left",
    "imported_before": "rows were imported before",
    "invalid_id": "rows had no valid id",
    "language_unknown": "accounts speak English now, because their language is unknown",
    "no_end_mark": "The file has nothing that shows whether it is complete. Compare the numbers",
    "notification_answered": "notifications were of requests that do not wait any more",
    "notification_between_blocked": "notifications are between accounts of which one blocks the other",
    "notification_here_already": "notifications are here already",
    "notification_new_id": "notifications have a new id, because theirs was taken",
    "notification_of_inactive_account": "notifications belong to an account that was never activated",
    "notification_of_oneself": "notifications were of oneself",
    "notification_of_another_subject": "notifications were about posts and other things that are not here",
    "notification_twice": "notifications were there twice",
    "notification_without_account": "notifications belong to an account that does not exist",
    "password_unusable": "accounts have no password: their owners ask for a new one by mail",
    "picture_bad": "pictures cannot be used",
    "picture_missing": "pictures are not in the folder",
    "picture_not_copied": "accounts have pictures that were not copied: give --media",
    "refresh_token_without_session": "refresh tokens belong to a phone that is not signed in",
    "report_here_already": "reports are here already",
    "report_of_inactive_account": "reports belong to an account that was never activated",
    "report_of_oneself": "reports were of oneself",
    "report_twice": "reports were replaced by a later one",
    "report_without_account": "reports belong to an account that does not exist",
    "report_without_reason": "reports had an unknown reason: it is 'something else' now",
    "session_expired": "sessions have expired",
    "session_here_already": "sessions are here already",
    "session_of_browser": "sessions were of browsers",
    "session_of_disabled_account": "sessions belong to an account that may not sign in",
    "session_of_unknown_platform": "sessions were of an unknown platform",
    "session_twice": "sessions were there twice",
    "session_without_account": "sessions belong to an account that does not exist",
    "session_without_token": "sessions had no token",
    "username_changed": "accounts have a new user name",
    "verification_answered": "requests for the badge are answered already",
    "verification_of_inactive_account": "requests for the badge belong to an account that was never activated",
    "verification_twice": "requests for the badge were replaced by a later one",
    "verification_without_account": "requests for the badge belong to an account that does not exist",
    "verification_without_request": "accounts wait for the badge without a request: answer in the list of accounts",
    "website_invalid": "accounts have no website any more, because theirs was no valid address",
}


class Problem(TypedDict):
    kind: str
    count: int
    first: list[Item]


@dataclass
class Report:
    """The counts of an import, which are stored with it."""

    version: str | None = None
    site: str | None = None
    read: dict[str, int] = field(default_factory=dict)  # table -> rows
    imported: dict[str, int] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    def add(self, kind: str, items: Iterable[Item], count: int | None = None) -> None:
        """Tell of more problems of a kind; `items` are what they are about, or the first ones of `count`."""
        items = list(items)
        if not items and not count:
            return
        problem = self.problems.setdefault(kind, {"kind": kind, "count": 0, "first": []})
        problem["count"] += len(items) if count is None else count
        problem["first"] += items[: NAMED - len(problem["first"])]

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "version": self.version,
            "site": self.site,
            "tables": {
                table: {"read": read, "imported": (done := self.imported.get(table, 0)), "skipped": read - done}
                for table, read in sorted(self.read.items())
            },
            "problems": [self.problems[kind] for kind in sorted(self.problems)],
        }

    def lines(self) -> Iterable[str]:
        """The report for people."""
        yield f"ColibriSM {self.version or 'of unknown version'}, site {self.site or 'without a name'}"
        yield ""
        yield f"{'table':32}{'read':>12}{'imported':>12}{'skipped':>12}"
        for table, numbers in self.as_json()["tables"].items():
            yield f"{table:32}{numbers['read']:>12,}{numbers['imported']:>12,}{numbers['skipped']:>12,}"
        if self.problems:
            yield ""
        for kind, problem in sorted(self.problems.items()):
            named = ", ".join(map(str, problem["first"]))
            more = ", ..." if problem["count"] > len(problem["first"]) > 0 else ""
            yield f"{problem['count']:,} {KINDS[kind]}{f': {named}{more}' if named else ''}."
