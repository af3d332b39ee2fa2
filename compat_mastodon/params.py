"""The parameters of a request, from its query, form, multipart or JSON body alike (mastodon.md §0.2).

Names are Rails': `id[]=1` is a list, `source[privacy]=public` a mapping. A value of the wrong shape
is a 400 that names it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import orjson
from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import APIException

from accounts.lookup import MAX_ID
from compat_mastodon.forms import Rows
from follows.finding.discovery import Slice
from follows.paging import Window

FALSE = {"0", "f", "F", "false", "FALSE", "off", "OFF"}
NUMBER = re.compile(r"\s*([+-]?\d{1,18})")
PART = re.compile(r"[^\[\]]+|\[\]")
MAX_DEPTH = 4
MOST_ITEMS = 1000
BEYOND = 2**63  # no number that means something is so large
LONGEST = 100_000  # characters of a text; each has a bound of its own far below
DIGITS = 11  # of an id, with leading zeros
SCALARS = {str, int, float, bool}  # what may stand for a text
EVERYTHING = Window(10_000)  # more than any list that may be had at once can hold


class BadParam(APIException):
    status_code = 400

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"param is missing or the value is empty or invalid: {name}")


class BadPaging(APIException):
    status_code = 400
    default_detail = "Pagination values for `offset` and `limit` must be positive"


class TooManyIds(APIException):
    status_code = 422
    default_detail = "Mastodon::ValidationError"


class Params:
    """Typed reads of one request's parameters; None stands for a missing one."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, request: HttpRequest, read: Callable[[], Any]) -> "Params":
        """Return the parameters of a request; `read` returns those of its body.

        :raises BadParam: when the body is not a mapping.
        """
        values: dict[str, Any] = {}
        if request.META.get("CONTENT_LENGTH") not in {None, "", "0"}:  # reading has a body with some clients
            body = read()
            if hasattr(body, "lists"):
                _nest(body.lists(), values)
            elif isinstance(body, dict):
                values |= body
            else:
                raise BadParam("body")
        if query := request.META.get("QUERY_STRING"):
            _nest(_query_lists(query), values)
        return cls(values)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def any_of(self, names: frozenset[str]) -> bool:
        """Return True if one of them has a value."""
        return not names.isdisjoint(self._values) and any(name in self for name in names)

    def sent(self, name: str) -> bool:
        """Return True if there is a value, be it null."""
        return name in self._values

    def text(self, name: str) -> str | None:
        """:raises BadParam: for a list or mapping, and for text that no database stores."""
        value = self._values.get(name)
        if value is None:
            return None
        if type(value) not in SCALARS:
            raise BadParam(name)
        return storable(name, as_text(value))

    def scalar(self, name: str) -> str | None:
        """As `text`, but a list or mapping counts as missing."""
        return None if isinstance(self._values.get(name), list | dict) else self.text(name)

    def required(self, name: str) -> str:
        """:raises BadParam: when it is missing or blank."""
        value = self.text(name)
        if not value or not value.strip():
            raise BadParam(name)
        return value

    def flag(self, name: str) -> bool | None:
        """Rails' idea of a boolean: blank is missing, a few words are false, the rest is true."""
        value = self.text(name)
        return None if not value else value not in FALSE

    def items(self, name: str) -> list[str]:
        """A list of strings; a lone value is a list of one, and in forms the members may be numbered."""
        value = self._values.get(name)
        if isinstance(value, dict) and value and all(map(str.isdigit, value)):
            value = list(value.values())
        values = value if isinstance(value, list) else [] if value is None else [value]
        kinds = set(map(type, values))
        if len(values) > MOST_ITEMS or not kinds <= SCALARS:
            raise BadParam(name)
        items = values if kinds == {str} else list(map(as_text, values))
        storable(name, "".join(items))
        return items

    def ids(self, name: str) -> list[int]:
        """The members of a list that are ids; what is none names nobody."""
        return _ids(self.items(name))

    def mapping(self, name: str) -> "Params | None":
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise BadParam(name)
        return Params(value)

    def mappings(self, name: str) -> "list[Params] | None":
        """A list of mappings, or a mapping whose keys number them; blank counts as missing."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        members = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
            raise BadParam(name)
        return [Params(member) for member in members]

    def raw(self, name: str) -> Any:
        """Return the value as it was sent: a text, a JSON value, or an uploaded file."""
        return self._values.get(name)

    def part(self, default: int, most: int) -> Slice:
        """Read the page of a list that is cut by `limit` and `offset`."""
        limit = self.text("limit")
        return Slice(
            default if limit is None else min(abs(to_int(limit)), most), max(to_int(self.text("offset") or ""), 0)
        )

    def is_negative(self, name: str) -> bool:
        return to_int(self.text(name) or "") < 0

    def window(self, default: int = 40, most: int = 80, *, all_at_once: bool = False) -> Window:
        """Read the page of a list; see mastodon.md §2.1 for the odd values.

        A limit that is not a number or 0 gives one row. `max_id` may be combined with `since_id` (the newest above it)
        or with `min_id` (the page directly above it), which wins. With `all_at_once` a limit of exactly 0 gives all.
        """
        limit = self.text("limit")
        if all_at_once and limit == "0":
            return EVERYTHING
        before, below = self.text("max_id"), self.text("min_id")
        after = below or self.text("since_id")
        return Window(
            default if limit is None else min(abs(to_int(limit)) or 1, most),
            min(max(to_int(before), 0), MAX_ID + 1) if before else MAX_ID + 1,
            min(max(to_int(after), 0), MAX_ID) if after else 0,
            from_below=bool(below),
        )


def storable(name: str, text: str) -> str:
    """Return the text without NUL bytes and lone surrogates, and no longer than `LONGEST`."""
    if (
        len(text) > LONGEST
        or "\0" in text
        or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text))
    ):
        raise BadParam(name)
    return text


def to_int(text: str) -> int:
    """The number that a text begins with, 0 if none."""
    found = NUMBER.match(text)
    return int(found[1]) if found else 0


def as_id(text: str) -> int | None:
    """An id that a row could have, from decimal digits."""
    return next(iter(_ids([text])), None)


def _ids(texts: list[str]) -> list[int]:
    try:  # a page of ids is JSON but for the brackets, and read at once
        numbers = orjson.loads(f"[{','.join(texts)}]" if _is_number("".join(texts)) else "")
    except orjson.JSONDecodeError:  # one is no number, or begins with 0
        numbers = [int(text) for text in texts if _is_number(text) and len(text) <= DIGITS]
    return [number for number in numbers if 0 < number <= MAX_ID]


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii()


def as_text(value: Any) -> str:
    """A number without a fraction is whole, however JSON spells it: 1.0 is 1."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < BEYOND
    return str(int(value) if is_whole else value)


def _query_lists(query: str) -> Iterable[tuple[str, list[str]]]:
    """The query's values by name. A page of ids is one name and many plain values, so each name is decoded once."""
    count = query.count("&") + 1
    if count > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise BadParam("query")
    name, _, rest = query.partition("=")
    values = rest.split(f"&{name}=")
    if len(values) == count and not _numbers_rows(name):
        return [(unquote_plus(name), _decoded(values))]
    encoded: dict[str, list[str]] = {}
    rows = Rows()
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name in encoded:
            encoded[name].append(value)
            continue
        if _numbers_rows(name):
            name = quote_plus(rows.numbered(unquote_plus(name)))
        encoded.setdefault(name, []).append(value)
    lists: dict[str, list[str]] = {}
    for name, values in encoded.items():
        lists.setdefault(unquote_plus(name), []).extend(_decoded(values))
    return lists.items()


def _numbers_rows(name: str) -> bool:
    return "[][" in name or "%5b%5d%5b" in name.lower()


def _decoded(values: list[str]) -> list[str]:
    return values if "".join(values).isalnum() else list(map(unquote_plus, values))


def _nest(pairs: Iterable[tuple[str, list[Any]]], into: dict[str, Any]) -> None:
    for name, values in pairs:
        if "[" not in name:
            into[name] = values[-1]
            continue
        *path, last = PART.findall(name)[:MAX_DEPTH] or [name]
        is_list = last == "[]"
        if is_list and path:
            *path, last = path
        place = into
        for part in path:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise BadParam(part)
            place = inner
        place[last] = values if is_list else values[-1]
