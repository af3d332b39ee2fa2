"""Ages such as "2 hours ago", in the languages of the apps (twittner.md §1.8).

Nothing else is translated: messages are texts of the wire, and the apps look countries up by their English names.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from django.utils import timezone


class Words(TypedDict):
    """One language's; `{}` is the number, and in `ago` the unit with its number. Units have as many forms as needed."""

    now: str
    ago: str
    units: dict[str, list[str]]


WORDS: dict[str, Words] = json.loads(Path(__file__).with_name("ages.json").read_text("utf-8"))
LENGTHS = {"year": 365 * 86400, "month": 30 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1}  # seconds


def ago(moment: datetime, language: str) -> str:
    """Return an age in the largest unit that fits, rounded half up; in English for an unknown language."""
    words = WORDS.get(language, WORDS["english"])
    seconds = int((timezone.now() - moment).total_seconds())
    for unit, length in LENGTHS.items():
        if seconds >= length:
            number = (2 * seconds + length) // (2 * length)
            forms = words["units"][unit]
            return words["ago"].format(forms[FORMS[len(forms)](number)].format(number))
    return words["now"]


def _slavic(number: int) -> int:
    if number % 100 in range(11, 15):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


def _arabic(number: int) -> int:
    return number - 1 if number < 3 else 2 if number % 100 in range(3, 11) else 3


FORMS: dict[int, Callable[[int], int]] = {1: lambda _: 0, 2: lambda number: number > 1, 3: _slavic, 4: _arabic}
