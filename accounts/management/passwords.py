"""Passwords for commands: asked for on the terminal, or read from standard input."""

import sys
from collections.abc import Callable

from django.core.management import CommandError

LENGTHS = range(8, 73)  # characters, as for people who sign up themselves


def ask(getpass: Callable[[str], str]) -> str:
    """A new password, typed twice at the prompts of `getpass`.

    :raises CommandError: when nobody types, the two differ, or the length is wrong.
    """
    try:
        password, again = getpass("New password: "), getpass("Once more: ")
    except EOFError:
        raise CommandError("There is no terminal to enter the password.") from None
    if not password or password != again:
        raise CommandError("The passwords differ, or are empty. Nothing was changed.")
    return _checked(password)


def read() -> str:
    """The first line of standard input, without its end.

    :raises CommandError: when its length is wrong.
    """
    return _checked(sys.stdin.readline().rstrip("\r\n"))


def _checked(password: str) -> str:
    if len(password) not in LENGTHS:
        raise CommandError(f"The password must have {LENGTHS[0]} to {LENGTHS[-1]} characters. Nothing was changed.")
    return password
