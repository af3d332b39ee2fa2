"""How MySQL dumps spell names, values and rows: the patterns, and what a spelled value means."""

import re
from functools import cache

NAME = r"(?:`(?:[^`]++|``)+`|\"[^\"]++\"|[\w$]++)"
STRING = r"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*'"
_QUOTED = r'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*"'
_BARE = r"[^\s,()'\"`;]++(?:\(\s*\))?"
VALUE = rf"(?:{STRING}|{_BARE}|(?:_\w+\s*+|[xXbBnN])'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*'|{_QUOTED})"
_END = r"\s*+(?:([,;])|(?=[Oo][Nn]\s))"

ANY_ROW = re.compile(rf"\s*+\(\s*+({VALUE}(?:\s*+,\s*+{VALUE})*)\s*+\){_END}", re.DOTALL)
_EACH = re.compile(VALUE, re.DOTALL)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_MEANS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}


@cache
def row(columns: int) -> re.Pattern[str]:
    """A row of so many values: each is a group, and the last group is the comma or semicolon behind it."""
    values = r"\s*+,\s*+".join([f"({VALUE})"] * columns)
    return re.compile(rf"\s*+\(\s*+{values}\s*+\){_END}", re.DOTALL)


def count(values: str) -> int:
    """Count the values of a row."""
    return sum(1 for _ in _EACH.finditer(values))


def unquoted(name: str) -> str:
    """Return a table or column by its name, in lower case."""
    quote = name[0]
    return (name[1:-1].replace(quote * 2, quote) if quote in '`"' else name).lower()


def text(spelled: str) -> str | None:
    """Return a value as text; None for NULL."""
    if spelled[0] == "'":
        return _unescaped(spelled[1:-1])
    if spelled[0] == '"':
        return _unescaped(spelled[1:-1].replace("'", "\\'").replace('""', '"'))
    if spelled[:2] in {"0x", "0X"}:
        return _from_hex(spelled[2:])
    prefix, quote, rest = spelled.partition("'")
    if not quote:
        return None if spelled.upper() == "NULL" else spelled
    return _PREFIXES.get(prefix.lower(), _unescaped)(rest[:-1])


def _unescaped(body: str) -> str:
    if "\\" not in body and "''" not in body:
        return body
    return _ESCAPED.sub(lambda found: _MEANS.get(found[1], found[1]) if found[1] else "'", body)


def _from_hex(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode("utf-8", "replace")
    except ValueError:
        return ""


def _from_bits(digits: str) -> str:
    return str(int(digits, 2)) if re.fullmatch("[01]+", digits) else ""


_PREFIXES = {"x": _from_hex, "b": _from_bits}
