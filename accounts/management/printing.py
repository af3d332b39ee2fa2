"""How commands print rows: lines of words that tabs separate, or one JSON list, both while they come."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import OutputWrapper

Row = dict[str, Any]


def rows(out: OutputWrapper, found: Iterable[Row], *, as_json: bool) -> int:
    """Print each row, and return how many there were."""
    count = 0
    for count, row in enumerate(found, 1):
        if as_json:
            out.write(f"{',' if count > 1 else '['}{json.dumps(row, ensure_ascii=False, default=_text)}")
        else:
            out.write("\t".join(_word(value) for value in row.values()))
    if as_json:
        out.write("]" if count else "[]")
    return count


def _text(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _word(value: object) -> str:
    """One line without tabs; `-` for nothing."""
    text = _text(value) if not isinstance(value, list) else " ".join(map(str, value))
    return " ".join(text.split()) if value not in (None, "", []) else "-"
