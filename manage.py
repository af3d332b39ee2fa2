#!/usr/bin/env python
"""Latchkey's command line: `./manage.py help` lists the commands."""

import gc
import os
import sys


def main() -> None:
    gc.disable()  # modules are no garbage, and looking for some takes a tenth of the start; `config.apps` enables it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell says that Ctrl-C ended it
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that nothing is written at the exit
        sys.exit(141)  # as a shell says that nobody reads its output any more
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(
            f"latchkey: The database does not answer, or `manage.py migrate` has not prepared it: {error}{_hint()}"
        )


def _hint() -> str:
    """Return the likely mistake when a command runs without the environment of the server."""
    from django.conf import settings

    if settings.DATABASE_URL:
        return ""
    return f"\nDATABASE_URL is not set, so the command used the SQLite file in {settings.VAR}."


if __name__ == "__main__":
    main()
