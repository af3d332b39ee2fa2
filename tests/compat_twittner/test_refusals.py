"""Every refusal of the domain has a sound in this dialect."""

import importlib
import pkgutil
from collections.abc import Iterator

import accounts
import follows
from accounts.refused import Refused
from compat_twittner.refusals import REFUSALS


def kinds_of(refusal: type[Refused]) -> Iterator[type[Refused]]:
    for kind in refusal.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_refusal_has_a_code_and_a_text() -> None:
    for package in (accounts, follows):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    domain = {kind for kind in kinds_of(Refused) if kind.__module__.startswith(("accounts.", "follows."))}

    assert domain <= REFUSALS.keys()
