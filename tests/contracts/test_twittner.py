"""The server keeps to the description of the Twittner API.

Every check is made with the envelope's code where HTTP has its status (twittner.md §1.5).
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
import pytest
from django.db import transaction

from accounts import images, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from compat_twittner.docs import ABOUT
from config.wsgi import application
from follows import graph, queries
from follows.locks import embedded
from follows.paging import Window
from tests.compat_twittner.conftest import networks_address, social_networks
from tests.compat_twittner.files import FILM, picture
from tests.compat_twittner.test_schema import document
from tests.contracts import generated, in_transaction, promises
from tests.factories import PASSWORD

__all__ = ["in_transaction", "networks_address", "social_networks"]


def by_code(document: Any) -> Any:
    """The description as if the codes of its envelopes were statuses."""
    document["components"] = ABOUT["APPEND_COMPONENTS"]
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        kinds = operation["responses"].pop("200")["content"]["application/json"]["schema"]["oneOf"]
        operation["responses"] = {
            str(code): {"description": "", "content": {"application/json": {"schema": kind}}}
            for kind in kinds
            for code in kind["properties"]["code"]["enum"]
        }
    return document


def enveloped(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The application as if its envelope's code were its status; that must be 200."""
    said: list[Any] = []
    body = b"".join(application(environ, lambda *arguments: said.extend(arguments)))
    assert said[0] == "200 OK"
    start_response(f"{orjson.loads(body)['code']} As the envelope says", said[1])
    return [body]


described = promises(
    by_code(document()),
    enveloped,
    checks={
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404"]},
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
    drops_nul=True,
    generation={"with-security-parameters": False},  # the session of the test is sent
    operations=[
        # Neither network knows these tokens.
        {"include-operation-id": "oauth", "checks": {"positive_data_acceptance": {"expected-statuses": ["402"]}}},
    ],
)


@described.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """The original never looks at the method (§1.2): reads answer to any, writes miss their form."""
    return type(failure).__name__ != "UnsupportedMethodResponse"


@pytest.fixture
def known(bob: Account, carol: Account, in_transaction: None, social_networks: None) -> dict[str, Any]:
    """What has to be somebody's or something's to be accepted: bob asks to follow carol, and waits."""
    graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    images.set_header(carol, images.header(picture()))
    (request,) = queries.requests_to(carol.pk, Window(1)).ids
    file = picture().read()
    return {
        "user_id": bob.pk,
        "req_id": request,
        **dict.fromkeys(("password", "old_password"), PASSWORD),
        **dict.fromkeys(("avatar", "cover"), file),
        "video_message": FILM,
    }


@described.parametrize()
@generated
def test_the_server_keeps_to_its_description(case: Any, bob: Account, carol: Account, known: dict[str, Any]) -> None:
    with transaction.atomic(), embedded():
        tokens = sessions.open_session(carol.pk, Platform.ANDROID)
        if case.meta.generation.mode.is_positive:
            right = known | {"refresh_token": tokens.refresh_token}
            if case.path != "/mobile_api/signup":
                right["email"] = carol.email
            if case.path == "/mobile_api/profile":  # by id or by name, which no schema tells of a query
                case.query.setdefault("user_id", 0)
                right["username"] = bob.username
            for sent in (case.query, case.body if isinstance(case.body, dict) else {}):
                sent.update({name: right[name] for name in sent if name in right})
        is_guest = "session" not in str(case.operation.definition.raw.get("security"))
        case.call_and_validate(params={} if is_guest else {"session_id": tokens.token})
        transaction.set_rollback(True)  # the next one finds everything as it was
