"""The description of this door: where it is, what it says, and that the server keeps to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from accounts.models import Account
from compat_mastodon.schema import Generator
from compat_mastodon.urls import VIEWS
from config.wsgi import application
from tests.compat_mastodon.conftest import token_for

DOCS = "/api/docs/mastodon/"
# Not these: clients of this dialect send what they like (mastodon.md §0.2), so that few values are refused
# (negative data) and ids of nobody are answered 404 (positive data); another method is 404, not 405.
CHECKS = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.ignored_auth,
]


@pytest.fixture(autouse=True)
def _connection_stays(db: None) -> Iterator[None]:
    """Between requests Django closes connections; here the test's transaction is in it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


schema = schemathesis.openapi.from_dict(Generator().get_schema(public=True))
schema.config.phases.coverage.enabled = False  # hundreds of odd values; test_robustness has those that matter


@schema.parametrize()
@settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_its_description(case: Any, alice: Account) -> None:
    response = case.call(app=application, headers={"Authorization": f"Bearer {token_for(alice)}"})
    case.validate_response(response, checks=CHECKS)


def test_every_path_is_described(client: Any) -> None:
    answer = client.get(f"{DOCS}schema?format=json")

    assert answer.status_code == 200
    assert len(answer.json()["paths"]) == len(VIEWS)


def test_the_viewer_loads_nothing_from_elsewhere(client: Any) -> None:
    answer = client.get(DOCS)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in text
    assert "https://" not in text
