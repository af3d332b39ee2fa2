"""What clients wrote does not forge lines of the log, nor control the terminal of whoever reads it."""

import json
import logging
import sys
from logging import makeLogRecord

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from config.log import Json, OneLine, Text

FORGED = "x\r\n2026-01-01 ERROR root: all is lost\x1b[2J\x85\u2028"


def text() -> logging.Formatter:
    how = dict(settings.LOGGING["formatters"]["text"])
    formatter: logging.Formatter = import_string(how.pop("()"))(**how)
    assert isinstance(formatter, Text)
    return formatter


def test_a_message_is_one_line() -> None:
    written = text().format(makeLogRecord({"msg": "%s called", "args": (FORGED,), "levelname": "INFO", "name": "a"}))

    assert len(written.splitlines()) == 1
    assert written.endswith(r"INFO a: x\r\n2026-01-01 ERROR root: all is lost\x1b[2J\x85\u2028 called")


def test_a_traceback_controls_no_terminal() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        written = text().format(makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()}))

    assert "Traceback" in written.splitlines()[1]
    assert not {"\r", "\x1b", "\x85", "\u2028"} & set(written)


def test_a_path_is_not_the_end_of_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django tells an error with the request; the path was decoded."""
    request = HttpRequest()
    request.path = f"/{FORGED}"
    monkeypatch.setattr("config.log.UNANSWERED", (ValueError,))
    record = makeLogRecord({"request": request, "exc_info": (ValueError, ValueError("away"), None)})
    OneLine().filter(record)

    assert len(text().format(record).splitlines()) == 1
    assert json.loads(Json().format(record))["message"].startswith("The database did not answer")


def test_ordinary_letters_stay() -> None:
    assert text().format(makeLogRecord({"msg": "Zoë — 你好 \t."})).endswith("Zoë — 你好 \t.")
