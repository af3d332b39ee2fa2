"""The description of this API: where it is, and what it says."""

import re
from typing import Any

import pytest

from compat_mastodon.summaries import SUMMARIES
from compat_mastodon.urls import VIEWS

pytestmark = pytest.mark.once
DOCS = "/api/docs/mastodon/"


def test_every_path_is_described(client: Any) -> None:
    answer = client.get(f"{DOCS}schema?format=json")

    assert answer.status_code == 200
    assert len(answer.json()["paths"]) == len(VIEWS)


def test_the_description_explains_all_that_it_names_the_second_time_too(client: Any) -> None:
    client.get(f"{DOCS}schema?format=json")
    answer = client.get(f"{DOCS}schema?format=json")

    named = set(re.findall(r'"#/components/schemas/(\w+)"', answer.content.decode()))
    assert named
    assert named <= answer.json()["components"]["schemas"].keys()


def test_the_viewer_loads_nothing_from_elsewhere(client: Any) -> None:
    answer = client.get(DOCS)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in text
    assert "https://" not in text
    script = client.get(f"{DOCS}?script=")
    assert script.status_code == 200
    assert f"{DOCS}schema" in script.content.decode()


def test_every_operation_says_in_words_what_it_does_and_needs(client: Any) -> None:
    described = client.get(f"{DOCS}schema?format=json").json()
    operations = [(path, operation) for path in described["paths"].values() for operation in path.values()]

    assert described["info"]["description"].count("\ncurl ") == 3
    for _, operation in operations:
        assert operation["summary"] in SUMMARIES.values()
        assert "**Scope:**" in operation["description"]
        assert "**Errors:**" in operation["description"]
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert ("**Paging:**" in operation["description"]) == bool(names & {"max_id", "offset"})


def test_the_viewer_has_a_language_a_way_home_and_a_way_without_javascript(client: Any) -> None:
    text = client.get(DOCS).content.decode()

    assert '<html lang="en">' in text
    assert 'href="/"' in text
    assert f'href="{DOCS}schema"' in text.split("<noscript>")[1].split("</noscript>")[0]
