"""`manage.py distribute --plan`: the DDL that would spread this database over a cluster of Citus."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import databases
from follows import sharding
from follows.models import Follow


class Command(BaseCommand):
    help = (
        "Print the statements that would spread this PostgreSQL database over the machines of a Citus cluster, and the "
        "constraints that cannot be kept. It changes nothing. docs/scale.md describes the plan."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", required=True, help="print the plan; required")

    def handle(self, *args: Any, **options: Any) -> None:
        if databases.writing(Follow).vendor != "postgresql":
            raise CommandError("Citus is an extension of PostgreSQL, and DATABASE_URL names another database.")
        for line in sharding.plan():
            self.stdout.write(line)
