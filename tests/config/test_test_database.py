"""Servers under test copy a database that was made for the tests, and none else."""

import pytest
from django.db import connection

from tests.servers import name_of_the_test_database


def test_a_test_of_a_server_is_marked_so_that_there_is_a_test_database(
    request: pytest.FixtureRequest, django_db_setup: str
) -> None:
    assert request.node.get_closest_marker("django_db")
    assert name_of_the_test_database() == connection.settings_dict["NAME"]


def test_a_database_that_was_not_made_for_tests_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "latchkey")
    with pytest.raises(RuntimeError, match="latchkey is no test database"):
        name_of_the_test_database()
