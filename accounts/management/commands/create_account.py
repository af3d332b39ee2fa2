"""`manage.py create_account`: what people do by signing up, from a shell."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import people


class Command(BaseCommand):
    help = (
        "Create an account of this server and print its id. "
        "A value that is taken or cannot be stored is named on stderr, with exit code 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="letters, digits and underscores, at most 30")
        parser.add_argument("--email", required=True, metavar="E")
        parser.add_argument("--password", required=True, metavar="P")
        parser.add_argument("--display-name", default="", metavar="D")
        parser.add_argument("--locked", action="store_true", help="followers need the owner's approval")
        parser.add_argument("--staff", action="store_true", help="a moderator: may open the admin")

    def handle(self, *args: Any, **options: Any) -> None:
        texts = {name: options[name] for name in ("username", "email", "password", "display_name")}
        for name, text in texts.items():
            if not _is_utf8(text):
                raise CommandError(f"The {name.replace('_', ' ')} is not UTF-8.")
        try:
            account = people.sign_up(**texts, locked=options["locked"], staff=options["staff"])
        except people.Invalid as invalid:
            raise CommandError(" ".join(_sentence(fault) for fault in invalid.faults)) from None
        self.stdout.write(str(account.pk))


def _sentence(fault: people.Fault) -> str:
    bound = f" (at most {fault.bound} characters)" if fault.problem is people.Problem.TOO_LONG else ""
    return f"The {fault.field.replace('_', ' ')} is {fault.problem}{bound}."


def _is_utf8(argument: str) -> bool:
    """Other bytes in an argument become surrogates, which no database stores."""
    return not any("\ud800" <= character <= "\udfff" for character in argument)
