"""`manage.py import_mastodon`: a member's lists from another server, as the member would import them on the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.access import Actor
from accounts.management.accounts import local_account
from accounts.validation import Invalid, Problem
from follows.data import imports, previews, reading
from follows.management.progress import progress
from follows.models import Import, ImportKind, ImportResult


class Command(BaseCommand):
    help = (
        "Import the CSV files of a Mastodon export for a local account: following_accounts.csv, blocked_accounts.csv, "
        "muted_accounts.csv, blocked_domains.csv and lists.csv. If the daily limit of follows is used up, the server "
        "continues with the rest the next day. With RATE_LIMITS=off in the environment, this command does all at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path, help="the folder with the files")
        parser.add_argument("--account", required=True, metavar="NAME", help="user name or e-mail address")
        parser.add_argument("--overwrite", action="store_true", help="also remove entries that the files do not have")
        parser.add_argument("--dry-run", action="store_true", help="only print the expected result of each file")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, directory: Path, account: str, dry_run: bool, **options: Any) -> None:
        by = Actor(local_account(account).pk, "command")
        jobs = _previews(directory, by, overwrite=options["overwrite"])
        results = {name: (_foreseen if dry_run else _run)(name, job) for name, job in jobs.items()}
        if options["json"]:
            self.stdout.write(json.dumps(results))
            return
        for name, counts in results.items():
            self.stdout.write(f"{name}: {', '.join(f'{count} {what}' for what, count in counts.items())}")
        if any("waiting" in counts for counts in results.values()):
            self.stdout.write("A limit is reached. The server continues with the rest.")


def _previews(directory: Path, by: Actor, *, overwrite: bool) -> dict[str, Import]:
    """By the names of the files. All are read before anything is imported."""
    jobs: dict[str, Import] = {}
    try:
        for path, kind in _files(directory):
            if job := _read(path, kind, by, overwrite=overwrite):
                jobs[path.name] = job
    except CommandError:
        for job in jobs.values():
            imports.stop(job.account_id, job.pk)
        raise
    if not jobs:
        raise CommandError(f"{directory} has no file that can be imported.")
    return jobs


def _read(path: Path, kind: ImportKind, by: Actor, *, overwrite: bool) -> Import | None:
    """The preview of a file; None for one with nothing in it, which also removes nothing."""
    assert by.account is not None  # noqa: S101  # the account was found
    try:
        with path.open("rb") as file:
            data = file.read(reading.MOST_BYTES + 1)
        return previews.preview(by.account, data, path.name, kind, by, overwrite=overwrite)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except Invalid as invalid:
        (fault,) = invalid.faults
        if fault.problem is Problem.BLANK:
            return None
        raise CommandError(f"{path.name}: {fault.reason}") from None


def _files(directory: Path) -> Iterator[tuple[Path, ImportKind]]:
    """The files of each kind, people whom one follows before lists of them."""
    if not directory.is_dir():
        raise CommandError(f"There is no folder {directory}.")
    paths = sorted(path for path in directory.glob("*.csv") if path.is_file())
    for kind in ImportKind:
        named = [path for path in paths if reading.kind_of(path.name, b"") is kind]
        if len(named) > 1:
            raise CommandError(f"{named[0].name} and {named[1].name} are of the same kind.")
        yield from ((path, kind) for path in named)


def _foreseen(name: str, job: Import) -> dict[str, int]:  # noqa: ARG001  # as `_run`
    expected = {str(outlook): count for outlook, count in imports.foreseen(job).items()}
    removed = imports.removable(job)
    imports.stop(job.account_id, job.pk)
    return expected | ({str(ImportResult.REMOVED): removed} if removed else {})


def _run(name: str, job: Import) -> dict[str, int]:
    imports.begin(job.account_id, job.pk)
    with progress(name, job.rows.count()) as advance:
        before = 0
        while imports.take_step(job.account_id):
            done = job.rows.exclude(result="").count()
            advance(done - before)
            before = done
    job.refresh_from_db()
    return {"waiting" if key is None else str(key): count for key, count in imports.results(job).items()}
