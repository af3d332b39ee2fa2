"""`manage.py sweep`: what a stopped server left undone; safe to run at any time, also from cron."""

from typing import Any

from django.core.management import BaseCommand

from follows import opening
from follows.models import Opening


class Command(BaseCommand):
    help = "Finish what a stopped server left undone: accept who waits for accounts that have opened."

    def handle(self, *args: Any, **options: Any) -> None:
        owners = list(Opening.objects.values_list("account_id", flat=True))
        accepted = sum(opening.finish(owner) for owner in owners)
        self.stdout.write(f"{len(owners)} accounts opened, {accepted} requests accepted.")
