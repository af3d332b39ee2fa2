"""The server keeps to the description of the extension."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.extension.schema import Extension
from config.wsgi import application
from follows import graph
from tests.compat_mastodon.conftest import token_for
from tests.contracts import generated, in_transaction, promises

__all__ = ["in_transaction"]

# What no schema can tell: a cursor that was never given, one of two fields that must be there, a moment in the past.
ACCEPTED = ["2xx", "401", "403", "404", "422"]
described = promises(
    Extension().get_schema(public=True),
    application,
    checks={"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    generation={"with-security-parameters": False},  # a token is sent
)


@described.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """As at the Mastodon door a method that a path does not take is a path that is not there."""
    unsupported = type(failure).__name__ == "UnsupportedMethodResponse"
    return not (unsupported and (response.status_code, response.content) == (404, b'{"error":"Not Found"}'))


@pytest.fixture
def headers(carol: Account, in_transaction: None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(carol)}"}


@pytest.fixture
def known(alice: Account, carol: Account) -> dict[str, str]:
    """What the parts of a path may name."""
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    return {"pk": str(alice.pk), "kind": "following"}


@described.parametrize()
@generated
def test_the_server_keeps_to_its_description(case: Any, headers: dict[str, str], known: dict[str, str]) -> None:
    if case.meta.generation.mode.is_positive:
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    case.call_and_validate(headers=headers)
