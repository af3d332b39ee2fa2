"""`manage.py restore`: restore a server from a backup."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts.exclusive import Taken, Work, exclusive
from config.backups import folders


class Command(BaseCommand):
    help = (
        "Restore a backup that `manage.py backup` wrote to DIR. The database and the folders of the files must be "
        "empty. All checksums are verified before anything is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path, help="the folder of the backup")

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            with exclusive(Work.RESTORE):  # another one finds the place empty, too, and clears it if it fails
                manifest, to_set = folders.load(directory)
        except Taken:
            raise CommandError("Another restore is running. Try again when it has ended.") from None
        except OSError as error:
            raise CommandError(f"The backup could not be restored: {error}.") from None
        rows = sum(manifest["database"]["rows"].values())
        self.stdout.write(f"{rows:,} rows and the files of {manifest['made_at']} are restored.")
        for name in to_set:
            file = directory / folders.KEYS / {"SECRET_KEY": "secret_key", "VAPID_PRIVATE_KEY": "vapid_key"}[name]
            self.stdout.write(f"Set {name} to the text in {file} before you start the server.")
