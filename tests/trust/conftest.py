"""Stories tell their figures, which `make trust` writes into docs/trust.md."""

from collections.abc import Callable

import pytest

from tests.trust.figures import Figure


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """`figure("3 kills, 0 lost")` says in the report of the run what was measured."""
    return lambda text: record_property("figure", text)
