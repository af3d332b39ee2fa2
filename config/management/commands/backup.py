"""`manage.py backup`: write everything that a server has into one folder."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from config.backups import folders


class Command(BaseCommand):
    help = (
        "Write a backup of the database, the pictures, the private files and the keys to the folder DIR, with "
        "checksums. You can run it while the server runs. The backup has secrets: keep it where nobody else can read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path, help="a folder that is empty or not there yet")

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            manifest = folders.save(directory)
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}.") from None
        rows = sum(manifest["database"]["rows"].values())
        self.stdout.write(f"{rows:,} rows and {len(manifest['files']):,} files written to {directory}.")
        if settings.S3_BUCKET:
            self.stdout.write("Pictures and private files are in S3, and not in this backup.")
