"""`manage.py import_colibri`: import a ColibriSM network from its dump."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from accounts.exclusive import Taken, Work, exclusive
from compat_twittner.colibri import importing
from compat_twittner.colibri.importing import Plan, TooFewIds
from compat_twittner.colibri.naming import Conflict
from compat_twittner.colibri.source import DumpError
from follows.management.progress import progress


class Command(BaseCommand):
    help = (
        "Import the accounts, follows and sessions of a ColibriSM network from a dump of its MySQL database. The whole "
        "file is read first: if it is damaged, nothing is imported. If the import is stopped, run the same command "
        "again. Import a later dump to add what is missing. docs/moving-in.md describes the whole move."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="a dump, plain or gzip")
        parser.add_argument(
            "--media", metavar="DIR", type=Path, help="copy pictures, too; DIR has the folder upload/ of the old site"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing, and report what would be imported")
        parser.add_argument("--json", action="store_true", help="write the report as JSON to standard output")

    def handle(self, *args: Any, file: Path, media: Path | None, dry_run: bool, **options: Any) -> None:
        if media is not None and not (media / "upload").is_dir():
            raise CommandError(f"{media} has no folder upload/.")
        alone = nullcontext() if dry_run else exclusive(Work.IMPORT)  # a plan holds as long as nobody else imports
        try:
            with alone, importing.planned(file, progress) as plan:
                if dry_run:
                    self._tell_ids(plan, to_stderr=options["json"])
                    report = importing.foresee(plan, media)
                else:
                    report = importing.carry_out(plan, media, progress)
        except (DumpError, Conflict, TooFewIds) as error:
            raise CommandError(str(error)) from None
        except Taken:
            raise CommandError(
                "Another import is running. Nothing was imported; try again when it has ended."
            ) from None
        except IntegrityError:
            raise CommandError(
                "The database changed while the import wrote. Stop the server, and run the same command again."
            ) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Run the same command again to continue.", returncode=130) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(report.lines()))

    def _tell_ids(self, plan: Plan, *, to_stderr: bool) -> None:
        out = self.stderr if to_stderr else self.stdout
        for table, left in plan.ids_left.items():
            warning = " This is few." if left < importing.FEW else ""
            out.write(f"{table}: {left:,} ids are left.{warning}")
