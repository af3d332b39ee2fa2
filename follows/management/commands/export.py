"""`manage.py export`: the files of a member's archive, in a folder."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.management.accounts import local_account
from follows.data import contents


class Command(BaseCommand):
    help = (
        "Write all data of a local account to the folder DIR: the CSV files that Mastodon can import, JSON for the "
        "rest, and pictures. These are the files of the archive that members make on their own page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="user name or e-mail address")
        parser.add_argument("directory", metavar="DIR", type=Path, help="a folder that is empty or not there yet")

    def handle(self, *args: Any, account: str, directory: Path, **options: Any) -> None:
        owner = local_account(account)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(directory.iterdir()):
                raise CommandError(f"{directory} is not empty.")
            parts = contents.of(owner.pk)
            for part in parts:
                (directory / part.name).parent.mkdir(mode=0o700, exist_ok=True)
                with (directory / part.name).open("wb") as file:
                    file.writelines(part.chunks)
        except OSError as error:
            raise CommandError(f"{directory} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{len(parts)} files written to {directory}.")
