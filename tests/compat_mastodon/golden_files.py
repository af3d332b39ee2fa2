"""Answers to the letter: what stands in `golden/`, and what `reference_*` say of types and nulls."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from tests.compat_mastodon.reference_people import Account

GOLDEN = Path(__file__).parent / "golden"
PLACE = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(r'"\{(\w+):d\}"')


def golden(name: str, value: Any, **varying: Any) -> None:
    """The value is what the file says: keys in its order, and of its types.

    What nobody can foretell stands in the file as `{word}`, or as `{word:d}` for a whole number.
    """
    text = (GOLDEN / f"{name}.json").read_text("utf-8")
    text = NUMBER.sub(lambda found: str(varying[found[1]]), text)
    text = PLACE.sub(lambda found: str(varying[found[1]]), text)
    assert json.dumps(value, indent=2, ensure_ascii=False) + "\n" == text


def check(kind: Any, *values: Any, never: Iterable[str] = ()) -> None:
    """All values are of this kind, a class of `reference_*`, and whatever it leaves open was seen both ways.

    These ways are called "website null" and "website not null", "noindex absent" and "noindex there". `never`
    names those that this server cannot bring about; of accounts inside other entities none is asked for.
    """
    possible: set[str] = set()
    seen: set[str] = set()
    for value in values:
        _walk(value, kind, "", possible, seen)
    assert possible - seen == set(never)


def _walk(value: Any, kind: Any, path: str, possible: set[str], seen: set[str]) -> None:
    if isinstance(kind, UnionType):
        possible |= {f"{path} null", f"{path} not null"}
        seen.add(f"{path} null" if value is None else f"{path} not null")
        if value is None:
            return
        (kind,) = set(get_args(kind)) - {NoneType}
    if kind is Account and path:
        possible, seen = set(), set()
    if is_typeddict(kind):
        _walk_keys(value, kind, path, possible, seen)
    elif get_origin(kind) in {list, dict}:
        assert type(value) is get_origin(kind), path
        for member in value:
            _walk(member, get_args(kind)[0], f"{path}[]", possible, seen)
        for member in value.values() if type(value) is dict else ():
            _walk(member, get_args(kind)[1], f"{path}[]", possible, seen)
    elif get_origin(kind) is Literal:
        assert value in get_args(kind), path
    else:
        assert type(value) is kind, path


def _walk_keys(value: Any, kind: Any, path: str, possible: set[str], seen: set[str]) -> None:
    hints = get_type_hints(kind)
    assert type(value) is dict, path
    assert kind.__required_keys__ <= value.keys() <= hints.keys(), path
    for key, hint in hints.items():
        here = f"{path}.{key}".lstrip(".")
        if key in kind.__optional_keys__:
            possible |= {f"{here} absent", f"{here} there"}
            seen.add(f"{here} there" if key in value else f"{here} absent")
        if key in value:
            _walk(value[key], hint, here, possible, seen)
