"""The documentation has the pictures that it shows, and no others."""

import pytest

from tests import pictures


@pytest.mark.once
def test_each_picture_is_shown_and_each_shown_picture_is_there() -> None:
    assert {path.name for path in pictures.FOLDER.glob("*.png")} == pictures.documented()
