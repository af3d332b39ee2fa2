"""The countries as its clients number and spell them (twittner.md §2.2 gen_settings, §2.3).

Accounts store the ISO 3166 code. Countries that no longer exist keep their withdrawn codes (`yu`,
`an`, `fx`), so that code and number name each other without doubt. Names are the clients', byte for byte.
"""

import json
from pathlib import Path
from typing import NamedTuple


class Country(NamedTuple):
    number: int
    name: str
    code: str


_ALL = [
    Country(int(number), country["name"], country["code"])
    for number, country in json.loads(Path(__file__).with_name("countries.json").read_text("utf-8")).items()
]
BY_NUMBER = {country.number: country for country in _ALL}
_BY_CODE = {country.code: country for country in _ALL}
UNITED_STATES = _BY_CODE["us"]


def of(code: str) -> Country:
    """The country of an account; the default one for a code that these clients have no name for."""
    return _BY_CODE.get(code, UNITED_STATES)
