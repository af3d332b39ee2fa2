"""`manage.py sweep`: regular maintenance; safe to run at any time, also from cron."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.management import BaseCommand, CommandError, call_command

from accounts import access, browsers, people, sessions
from accounts.mail import outbox
from follows import journal, leaving, opening
from follows.data import archives, imports
from follows.gate import expiry, kept_out
from follows.models import Leaving, Opening
from follows.notices import digest

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Finish the work of a stopped server: approve the follow requests of unlocked accounts, delete accounts whose "
        "deletion has begun or is due, send mails, and go on with archives and imports. Also end follow requests that "
        "waited longer than their owners want, and delete expired sessions, old archives and imports, and accounts "
        "that nobody confirmed within seven days."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self._failed = 0
        owners = list(Opening.objects.values_list("account_id", flat=True))
        approved = sum(self._each(owners, opening.finish))
        self.stdout.write(f"{len(owners)} unlocked accounts: {approved} requests approved.")
        self._each(journal.left(), journal.settle)
        self.stdout.write(f"{kept_out.finish()} requests and follows of accounts that are kept out hidden or ended.")
        self.stdout.write(f"{expiry.expire()} requests have expired.")
        self.stdout.write(f"{sessions.forget_expired()} expired sessions of phones deleted.")
        if corrected := access.forget_the_future():
            self.stdout.write(f"{corrected} times of last activity that were in the future corrected.")
        call_command("clearsessions")  # those of browsers
        browsers.forget_expired()
        unconfirmed = people.never_confirmed()
        for account in unconfirmed:
            leaving.begin(account, leaving.SERVER)
        self.stdout.write(f"{len(unconfirmed)} unconfirmed accounts deleted.")
        self.stdout.write(f"{len(leaving.begin_due())} accounts deleted a week after their owners asked for it.")
        begun = list(Leaving.objects.values_list("account_id", flat=True))
        deleted = self._each(begun, leaving.finish)
        self.stdout.write(f"{len(deleted)} accounts deleted in all.")
        self.stdout.write(f"Queued the mails about follow requests for {digest.send_due()} members.")
        outbox.send_due()
        self._each(list(archives.unfinished()), archives.finish)
        self._each(list(imports.runnable()), imports.finish)
        self.stdout.write(f"{archives.forget_old()} old archives and {imports.forget_old()} old imports deleted.")
        if self._failed:
            raise CommandError(f"{self._failed} accounts failed, see the log. The next sweep tries again.")

    def _each(self, accounts: list[int], finish: Callable[[int], Result]) -> list[Result]:
        """Return the result of each account; one that fails does not stop the others."""
        results = []
        for account in accounts:
            try:
                results.append(finish(account))
            except Exception:
                logger.exception("Account %d could not be finished", account)
                self._failed += 1
        return results
