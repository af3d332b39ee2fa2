"""The log: nothing that a client wrote begins a line or controls a terminal, and a line may be JSON.

A database that does not answer is logged with one line per request, without a traceback.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import InterfaceError, OperationalError

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # but tabs and the ends of lines
UNANSWERED = (OperationalError, InterfaceError)


class OneLine(logging.Filter):
    """A filter for Django's log of failed requests.

    Errors that a view has answered are not logged again. If the database does not answer, a traceback does not help.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "in_one_line"):  # Django sets its log up again in each process, and this filter with it
            return True
        if not record.exc_info:
            return False
        if isinstance(error := record.exc_info[1], UNANSWERED):
            path = getattr(getattr(record, "request", None), "path", "a request")
            record.msg, record.args = "The database did not answer %s: %s", (path, str(error).partition("\n")[0])
            record.exc_info = record.exc_text = None
            record.in_one_line = True
        return True


class Text(logging.Formatter):
    """A message is one line, of which control characters are escaped; so they are in the traceback below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # as it is called there
        return escaped(super().formatMessage(record)).replace("\n", "\\n")

    def formatException(self, error: Any) -> str:  # noqa: N802
        return escaped(super().formatException(error))


def escaped(text: str) -> str:
    return CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request under way, if `config.access_log` gives ids."""


class Json(logging.Formatter):
    """One JSON object a line: time, level, logger, message; request_id within a request; error with a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST.get():
            line["request_id"] = request
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
