"""Passwords for commands: asked for on the terminal, or read from standard input."""

import sys
from collections.abc import Callable

from django.core.management import CommandError

from accounts import validation


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
    return checked(password)


def read() -> str:
    """The first line of standard input, without its end.

    :raises CommandError: when its length is wrong.
    """
    return checked(sys.stdin.readline().rstrip("\r\n"))


def checked(password: str) -> str:
    """Return the password.

    :raises CommandError: when its length is wrong.
    """
    lengths = validation.OPERATORS_PASSWORD
    if len(password) not in lengths:
        raise CommandError(f"The password must have {lengths[0]} to {lengths[-1]} characters. Nothing was changed.")
    return password
