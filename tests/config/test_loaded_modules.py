"""What a server does not use, it does not load: each of these takes megabytes, and time at each start."""

import subprocess
import sys

import pytest
from django.db import connection

UNUSED = [
    "django.contrib.postgres",
    "django.test",
    "drf_spectacular.openapi",
    "pygments",
    "requests",
    "unittest",
    "yaml",
]
SCRIPT = """
import sys, django
django.setup()
import config.rsgi
from config.apis import routes
routes("config.urls")
print(*sys.modules)
import requests, yaml  # for those who need them later
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_a_server_loads_only_what_it_uses(loaded: set[str]) -> None:
    assert "compat_twittner.views.social" in loaded
    assert loaded.isdisjoint(UNUSED)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL needs its driver")
def test_sqlite_needs_no_driver_of_postgresql(loaded: set[str]) -> None:
    assert "psycopg" not in loaded
