"""Every refusal of the domain has a sound in this dialect."""

from collections.abc import Iterator

from accounts.refused import Refused
from compat_twittner.refusals import REFUSALS


def kinds_of(refusal: type[Refused]) -> Iterator[type[Refused]]:
    for kind in refusal.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_refusal_has_a_code_and_a_text() -> None:
    missing = {kind for kind in kinds_of(Refused) if kind.__module__.startswith(("accounts.", "follows."))} - set(
        REFUSALS
    )

    assert not missing
