"""`manage.py doctor`: one line for each check of the server, with the remedy for each fault."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from config.doctor.examination import examine
from config.doctor.findings import Options


class Command(BaseCommand):
    help = (
        "Check settings, cache, disks, backups, database, replicas, clock, the server at BASE_URL, TLS, proxy, "
        "pictures, streams, push key and mail, and say how to mend each fault. The exit code is 1 if there is a fault, "
        "else 0. "
        "Run it as the user and with the environment of the server."
    )
    requires_system_checks: list[str] = []  # they are one of the checks

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send a message to this address")
        parser.add_argument("--backups", metavar="DIR", type=Path, help="the folder that has your backups")
        parser.add_argument(
            "--least-free", metavar="MB", type=int, default=1000, help="free space that each disk needs; default 1000"
        )
        parser.add_argument("--seconds", metavar="N", type=float, default=10, help="time limit of a check; default 10")
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Options(options["seconds"], options["mail"], options["backups"], options["least_free"])
        if not 0 < chosen.seconds <= 600:
            raise CommandError("--seconds must be more than 0, and 600 at most.")
        if chosen.mail is not None:
            try:
                validate_email(chosen.mail)
            except ValidationError:
                raise CommandError(f"{chosen.mail!r} is not an e-mail address.") from None
        results = list(examine(chosen))
        good = all(result.state != "fault" for result in results)
        if options["json"]:
            checks = [
                {"check": result.check, "state": result.state, "sentences": result.sentences} for result in results
            ]
            self.stdout.write(json.dumps({"ok": good, "checks": checks}, ensure_ascii=False, indent=1))
        else:
            for result in results:
                line = " ".join(" ".join(result.sentences).split())
                self.stdout.write(f"{result.state:8} {result.check:9} {line}")
        if not good:
            sys.exit(1)
