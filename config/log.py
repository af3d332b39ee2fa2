"""Log a database that does not answer with one line per request, without a traceback; and lines as JSON."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import InterfaceError, OperationalError

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
