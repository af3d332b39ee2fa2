"""`manage.py serve`: run the server; `make serve` and `make run` call it."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.exclusive import Work, exclusive
from config import demo, ports, server


class Command(BaseCommand):
    help = "Apply missing migrations, then serve until Ctrl-C or SIGTERM."
    requires_system_checks: list[str] = []  # they cost half the start; `make lint` runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="fill an empty database with a demo, and print examples"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.settings_dict["NAME"] == ":memory:":
            raise CommandError("A database in memory is different in each process; DATABASE_URL must name a file.")
        try:
            address = ports.address_to_serve()
        except ports.CannotListen as error:
            raise CommandError(str(error)) from None
        try:
            self._migrate()
            invitation = demo.invitation() if options["demo"] else ""
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        self.stdout.write(f"Latchkey answers at {settings.BASE_URL}\n{self._for_others()}{invitation}")
        self.stdout.flush()
        server.serve(address, settings.PORT, settings.WORKERS, settings.STREAMING_PORT)

    def _for_others(self) -> str:
        """Return a hint for other devices, if the server listens on all addresses but BASE_URL is this machine."""
        host = urlsplit(settings.BASE_URL).hostname
        if settings.HOST not in ports.ANYWHERE or host != ports.ANYWHERE[settings.HOST]:
            return ""
        return f"For other devices, start it with BASE_URL={ports.address_for_others()}; they use that address.\n"

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with exclusive(Work.MIGRATIONS, wait=True):  # other machines may start at the same time
                call_command("migrate", interactive=False, verbosity=0)
