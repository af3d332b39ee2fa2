"""What the log says of a database that is away: a line for each request, and no traceback."""

import logging

from django.db import InterfaceError, OperationalError

UNANSWERED = (OperationalError, InterfaceError)


class OneLine(logging.Filter):
    """Takes the traceback from a request that failed because its database did not answer."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, UNANSWERED):
            record.msg = "The database did not answer %s: %s"
            record.args = (getattr(getattr(record, "request", None), "path", "a request"), first_line(error))
            record.exc_info = record.exc_text = None
        return True


def first_line(error: object) -> str:
    return str(error).partition("\n")[0]
