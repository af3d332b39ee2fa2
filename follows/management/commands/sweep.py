"""`manage.py sweep`: what nobody else takes care of; safe to run at any time, also from cron."""

from typing import Any

from django.core.management import BaseCommand, call_command

from accounts import access, people, sessions
from accounts.mail import outbox
from follows import leaving, opening
from follows.models import Opening


class Command(BaseCommand):
    help = (
        "Accept who waits for accounts that have opened, where a stopped server left that undone, "
        "delete accounts that nobody confirmed within seven days, delete sessions that have expired, and send mails "
        "that a stopped server left."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        owners = list(Opening.objects.values_list("account_id", flat=True))
        accepted = sum(opening.finish(owner) for owner in owners)
        self.stdout.write(f"{len(owners)} accounts opened, {accepted} requests accepted.")
        self.stdout.write(f"{sessions.forget_expired()} expired sessions of phones deleted.")
        if corrected := access.forget_the_future():
            self.stdout.write(f"{corrected} accounts were active in the future; that is corrected.")
        call_command("clearsessions")  # those of browsers
        unconfirmed = people.never_confirmed()
        for account in unconfirmed:
            leaving.delete_account(account)
        self.stdout.write(f"{len(unconfirmed)} accounts deleted that nobody confirmed.")
        outbox.send_due()
