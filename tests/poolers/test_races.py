"""The races once more, of a server behind PgBouncer: the same stories, with the `live` of this folder."""

import pytest

from tests.races.test_gate_races import *  # noqa: F403
from tests.races.test_races import *  # noqa: F403

pytestmark = pytest.mark.long
