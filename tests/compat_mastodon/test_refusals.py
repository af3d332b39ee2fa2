"""Every refusal of the domain has a sound in this dialect."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import accounts
import follows
from accounts.refused import Refused
from accounts.validation import Problem
from compat_mastodon.refusals import PROBLEMS, REFUSALS


def kinds_of(refusal: type[Refused]) -> Iterator[type[Refused]]:
    for kind in refusal.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_refusal_has_a_status_and_a_text() -> None:
    for package in (accounts, follows):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    domain = {kind for kind in kinds_of(Refused) if kind.__module__.startswith(("accounts.", "follows."))}

    assert domain <= REFUSALS.keys()


def test_every_problem_of_a_value_has_a_code_and_a_text() -> None:
    assert set(Problem) == PROBLEMS.keys()
