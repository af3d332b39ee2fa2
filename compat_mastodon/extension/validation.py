"""Strict validation of requests: a wrong value is a fault that names its field, and one answer has all faults."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.utils.dateparse import parse_datetime

from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.params import BadParam, Params, as_id, as_text, storable

MOST = 500  # members of a list
FLAGS = {"1": True, "t": True, "true": True, "on": True, "0": False, "f": False, "false": False, "off": False}
WHOLE = re.compile(r"[+-]?[0-9]{1,9}")

Parse = Callable[[Any], Any]


class Wrong(Exception):
    """The value is not what the field takes."""

    def __init__(self, problem: Problem = Problem.INVALID, bound: int = 0) -> None:
        self.problem, self.bound = problem, bound
        super().__init__(problem)


def read(params: Params, required: Iterable[str] = (), **fields: Parse) -> dict[str, Any]:
    """Read these fields. Blank ones count as not sent, but for `nullable` ones, and where one is required.

    :raises Invalid: when a value is wrong or a required one is missing.
    """
    found, faults = {}, []
    for name, parse in fields.items():
        value = params.raw(name)
        blank = value is None or value == ""
        try:
            if not blank or (params.sent(name) and getattr(parse, "takes_null", False)):
                found[name] = parse(value)
            elif name in required:
                raise Wrong(Problem.BLANK)
        except Wrong as wrong:
            faults.append(Fault(name, wrong.problem, wrong.bound))
    if faults:
        raise Invalid(faults)
    return found


def flag(value: Any) -> bool:
    found = FLAGS.get(as_text(value).lower()) if isinstance(value, str | int | float) else None
    if found is None:
        raise Wrong
    return found


def whole(least: int, most: int) -> Parse:
    def parse(value: Any) -> int:
        text = as_text(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        if WHOLE.fullmatch(text) and least <= int(text) <= most:
            return int(text)
        raise Wrong

    return parse


def one_of(kinds: type[Enum]) -> Parse:
    """A member of an enumeration by its value."""

    def parse(value: Any) -> Any:
        try:
            return kinds(value)
        except ValueError:
            raise Wrong from None

    return parse


def among(words: dict[str, Any]) -> Parse:
    """Return the value of a word."""

    def parse(value: Any) -> Any:
        if isinstance(value, str) and value in words:
            return words[value]
        raise Wrong

    return parse


def text(most: int) -> Parse:
    """Text of at most so many characters."""

    def parse(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Wrong
        try:
            found = storable("", str(value))
        except BadParam:
            raise Wrong from None
        if len(found) > most:
            raise Wrong(Problem.TOO_LONG, most)
        return found

    return parse


def identity(value: Any) -> int:
    """An id that a row could have."""
    found = as_id(as_text(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    if found is None:
        raise Wrong
    return found


def moment(value: Any) -> datetime:
    """A moment as in ISO 8601; without a zone it is UTC."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        if found is None:
            raise Wrong
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong from None


def many(member: Parse) -> Parse:
    """A list of 1 to `MOST`; a lone value is a list of one, and the members of a form may be numbered."""

    def parse(value: Any) -> list[Any]:
        if isinstance(value, dict) and value and all(map(str.isdigit, value)):
            value = list(value.values())
        members = value if isinstance(value, list) else [value]
        if not members or members == [""]:
            raise Wrong(Problem.BLANK)
        if len(members) > MOST:
            raise Wrong(Problem.TOO_MANY, MOST)
        return [member(one) for one in members]

    return parse


def nullable(parse: Parse) -> Parse:
    """A blank value or null is None."""

    def parse_or_none(value: Any) -> Any:
        return None if value is None or value == "" else parse(value)

    parse_or_none.takes_null = True  # type: ignore[attr-defined]
    return parse_or_none


def never_null(parse: Parse, blank: Any = None) -> Parse:
    """For a field that one may set, but not to nothing; `blank` is what stands for nothing, if there is something."""

    def parse_or_refuse(value: Any) -> Any:
        if value is None or value == "":
            if blank is None:
                raise Wrong(Problem.BLANK)
            return blank
        return parse(value)

    parse_or_refuse.takes_null = True  # type: ignore[attr-defined]
    return parse_or_refuse


def one_way(sent: dict[str, Any], *names: str) -> str:
    """The one of these fields that was sent.

    :raises Invalid: when none was, or several were.
    """
    there = [name for name in names if name in sent]
    if len(there) == 1:
        return there[0]
    raise Invalid([Fault(name, Problem.INVALID) for name in there] or [Fault(names[0], Problem.BLANK)])
