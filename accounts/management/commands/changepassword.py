"""`manage.py changepassword`: Django's takes accounts of other servers, and signs nobody out."""

from getpass import getpass
from typing import Any

from django.core.management import BaseCommand, CommandParser

from accounts import people
from accounts.management import passwords
from accounts.management.accounts import local_account


class Command(BaseCommand):
    help = "Ask for a new password for a local account, and sign the account out everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="user name or e-mail address")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        people.reset_password(local_account(username), passwords.ask(getpass))
        self.stdout.write(f"The password of {username} has been changed. The account is signed out everywhere.")
