"""The description of this dialect is true: generated requests get the answers that it promises."""

from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from compat_twittner import docs_urls, urls
from compat_twittner.schema import ENDPOINTS
from tests.clients.twittner_apps import App
from tests.factories import PASSWORD
from tests.servers import Live

PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def document() -> Any:
    return SchemaGenerator(patterns=docs_urls.DOCUMENTED).get_schema(public=True)


def test_every_endpoint_is_described() -> None:
    described = {path.removeprefix("/mobile_api/") for path in document()["paths"]}

    assert described == set(ENDPOINTS) == {str(route.pattern) for route in urls.urlpatterns[:-2]}


def test_the_page_and_the_document_are_there(client: Client) -> None:
    page = client.get("/api/docs/twittner/").content.decode()

    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert client.get("/api/docs/twittner/openapi.json").json()["info"]["title"] == "Latchkey for Twittner clients"


@pytest.fixture(scope="module")
def described() -> Any:
    return schemathesis.openapi.from_dict(document())


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_is_generated_from_the_document_is_answered_as_it_says(live: Live, described: Any, endpoint: str) -> None:
    phone = App(live.url)
    phone.login(live.sign_up("generated").email, PASSWORD)

    @given(case=described.find_operation_by_id(endpoint).as_strategy())
    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def is_answered(case: Any) -> None:
        case.call_and_validate(base_url=live.url, params={"session_id": phone.token}, checks=PROMISES)

    is_answered()
