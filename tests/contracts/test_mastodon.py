"""The server keeps to the description of the Mastodon API."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.schema import Mastodon
from config.wsgi import application
from follows import graph, lists, reports
from follows.models import Reason, Report
from tests.compat_mastodon.conftest import token_for
from tests.contracts import generated, in_transaction, promises

__all__ = ["in_transaction"]

# What no schema can tell is well-formed, and yet refused: a name that no server can have, a key that is on no
# curve, and what others answer with 409: whom one does not follow goes on no list (mastodon.md §0.3); a rule that
# this server does not have; addresses of an app that are too long together.
BEYOND_A_SCHEMA = (
    r"^/api/v1/(apps$|domain_blocks|push/subscription|lists/.+/accounts|accounts/.+/(endorse|pin)$"
    r"|admin/reports/[^/]+$)"
)
ACCEPTED = ["2xx", "401", "403", "404", "409"]

described = promises(
    Mastodon().get_schema(public=True),
    application,
    checks={"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    generation={"with-security-parameters": False},  # a token is sent
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
def tokens(alice: Account, root: Account, in_transaction: None) -> dict[bool, str]:
    """A member's, and a moderator's for the moderation API."""
    return {False: token_for(alice), True: token_for(root, "admin:read admin:write")}


@pytest.fixture
def known(alice: Account, bob: Account) -> dict[str, str]:
    """What the parts of a path may name: somebody who follows alice and whom she reported, and a list of hers."""
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    reports.report(alice.pk, bob.pk, Reason.FRAUD, "", Actor(alice.pk, "test"))
    return {"account": str(bob.pk), "pk": str(lists.create(alice.pk, "Friends").pk)}


@described.parametrize()
@generated
def test_the_server_keeps_to_its_description(case: Any, tokens: dict[bool, str], known: dict[str, str]) -> None:
    moderates = "/admin/" in case.path
    if case.meta.generation.mode.is_positive:
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        if moderates and "pk" in case.path_parameters:
            case.path_parameters["pk"] = str(Report.objects.get().pk)
    case.call_and_validate(headers={"Authorization": f"Bearer {tokens[moderates]}"})
