"""The description of this API: where it is, and what it says."""

from typing import Any

from django.test import Client

from compat_twittner import urls
from compat_twittner.docs import DOCUMENTED, Generator
from compat_twittner.schema import ENDPOINTS


def document() -> Any:
    return Generator(patterns=DOCUMENTED).get_schema(public=True)


def test_every_endpoint_is_described() -> None:
    described = {path.removeprefix("/mobile_api/") for path in document()["paths"]}

    assert described == set(ENDPOINTS) == {str(route.pattern) for route in urls.urlpatterns[:-2]}


def test_the_page_and_the_document_are_there(client: Client) -> None:
    page = client.get("/api/docs/twittner/").content.decode()

    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert '<html lang="en">' in page
    assert 'href="/"' in page
    assert 'href="/api/docs/twittner/openapi.json"' in page.split("<noscript>")[1].split("</noscript>")[0]
    described = client.get("/api/docs/twittner/openapi.json").json()
    assert described["info"]["title"] == "Latchkey for Twittner clients"
    assert described["info"]["description"].count("\ncurl ") == 3
    for operation in (operation for path in described["paths"].values() for operation in path.values()):
        assert "**Scope:**" in operation["description"]
        assert "**Errors:**" in operation["description"]
        assert ("**Paging:**" in operation["description"]) == ("page_size" in str(operation))
