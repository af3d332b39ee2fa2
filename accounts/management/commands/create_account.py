"""`manage.py create_account`: create an account, with the rules of a sign-up."""

from collections.abc import Iterable
from getpass import getpass
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import people, validation
from accounts.management import passwords
from accounts.validation import Fault, Problem

NAME_RULE = "may hold letters, digits, `_`, `.` and `-`, at most 30"
RULES = {("username", problem): NAME_RULE for problem in (Problem.INVALID, Problem.TOO_LONG)} | {
    ("email", Problem.INVALID): "must look like name@example.org, with at most 254 characters",
}


class Command(BaseCommand):
    help = (
        "Create a local account and print its id. Without --password or --password-stdin, the command asks for the "
        "password. If a value is taken or not valid, it prints the reason and exits with code 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help=NAME_RULE)
        parser.add_argument("--email", required=True, metavar="E")
        given = parser.add_mutually_exclusive_group()
        given.add_argument(
            "--password", metavar="P", help="other users of this machine can see it while the command runs"
        )
        given.add_argument("--password-stdin", action="store_true", help="read it from standard input, one line")
        parser.add_argument("--display-name", default="", metavar="D")
        parser.add_argument("--locked", action="store_true", help="lock the account: people must ask to follow it")
        parser.add_argument("--staff", action="store_true", help="make the account a moderator, who can use the admin")

    def handle(self, *args: Any, **options: Any) -> None:
        texts = {name: options[name] for name in ("username", "email", "display_name")}
        _check_utf8(**texts)
        password = options["password"]
        if password is None:
            _check(validation.faults(texts, username_rule=validation.OPERATORS))  # before anybody types
            password = passwords.read() if options["password_stdin"] else passwords.ask(getpass)
        _check_utf8(password=password)
        if password:
            passwords.checked(password)
        try:
            account = people.sign_up(
                **texts,
                password=password,
                locked=options["locked"],
                staff=options["staff"],
                username_rule=validation.OPERATORS,
            )
        except validation.Invalid as invalid:
            _check(invalid.faults)
        else:
            self.stdout.write(str(account.pk))


def _check(faults: Iterable[Fault]) -> None:
    """:raises CommandError: when there are any."""
    if sentences := [_sentence(fault) for fault in faults]:
        raise CommandError(" ".join(sentences))


def _sentence(fault: Fault) -> str:
    bound = f" (at most {fault.bound} characters)" if fault.problem is Problem.TOO_LONG else ""
    rule = RULES.get((fault.field, fault.problem))
    rest = f": it {rule}" if rule else ""
    return f"The {fault.field.replace('_', ' ')} is {fault.problem}{bound}{rest}."


def _check_utf8(**texts: str) -> None:
    """Other bytes in an argument become surrogates, which no database stores."""
    for name, text in texts.items():
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise CommandError(f"The {name.replace('_', ' ')} is not UTF-8.")
