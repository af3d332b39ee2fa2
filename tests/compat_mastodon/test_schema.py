"""The description of this door: where it is, what it says, and that the server keeps to it."""

import re
from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.schema import Mastodon
from compat_mastodon.summaries import SUMMARIES
from compat_mastodon.urls import VIEWS
from config.wsgi import application
from follows import graph, lists
from tests.compat_mastodon.conftest import token_for
from tests.contract import generated, in_transaction, promises

__all__ = ["in_transaction"]

DOCS = "/api/docs/mastodon/"
# What no schema can tell is well-formed, and yet refused: a name that no server can have, a key that is on no
# curve, and what others answer with 409: whom one does not follow goes on no list (mastodon.md §0.3).
BEYOND_A_SCHEMA = r"^/api/v1/(domain_blocks|push/subscription|lists/.+/accounts|accounts/.+/(endorse|pin)$)"
ACCEPTED = ["2xx", "401", "403", "404", "409"]

described = promises(
    Mastodon().get_schema(public=True),
    application,
    checks={"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    operations=[
        {
            "include-path-regex": BEYOND_A_SCHEMA,
            "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "422"]}},
        }
    ],
)


@described.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """This dialect knows no 405: a method that a path does not take is a path that is not there (§0.2)."""
    unsupported = type(failure).__name__ == "UnsupportedMethodResponse"
    return not (unsupported and (response.status_code, response.content) == (404, b'{"error":"Not Found"}'))


@pytest.fixture
def headers(alice: Account, in_transaction: None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(alice)}"}


@pytest.fixture
def known(alice: Account, bob: Account) -> dict[str, str]:
    """What the parts of a path may name: somebody who follows alice, and a list of hers."""
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    return {"account": str(bob.pk), "pk": str(lists.create(alice.pk, "Friends").pk)}


@described.parametrize()
@generated
def test_the_server_keeps_to_its_description(case: Any, headers: dict[str, str], known: dict[str, str]) -> None:
    if case.meta.generation.mode.is_positive:
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    case.call_and_validate(headers=headers)


def test_every_path_is_described(client: Any) -> None:
    answer = client.get(f"{DOCS}schema?format=json")

    assert answer.status_code == 200
    assert len(answer.json()["paths"]) == len(VIEWS)


def test_the_description_explains_all_that_it_names_the_second_time_too(client: Any) -> None:
    answer = client.get(f"{DOCS}schema?format=json")  # one was made already, for the story above

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
