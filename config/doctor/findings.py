"""The outcome of a check: a fact if all is well, or one sentence with the remedy for each fault."""

import time
from pathlib import Path
from typing import NamedTuple

from accounts import outgoing


class Options(NamedTuple):
    """The options of the command. `seconds` bounds each check; `least_free` is in MB."""

    seconds: float
    mail: str | None
    backups: Path | None
    least_free: int


class Fault(Exception):
    """Something is wrong; each argument is a sentence with the remedy."""


class Skipped(Exception):
    """There is nothing to check; the argument says why."""


def reason(error: Exception) -> str:
    """Return the kind of an error that another program caused; its text may hold a secret."""
    return str(error) if isinstance(error, outgoing.Unreachable) else type(error).__name__


def get(url: str, options: Options, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Get a URL within the time of a check, and give status and body.

    :raises outgoing.Unreachable: when no whole answer came.
    """
    return outgoing.get(url, headers or {}, end=time.monotonic() + options.seconds)
