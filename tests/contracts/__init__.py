"""The server keeps to the descriptions of its APIs.

schemathesis generates requests that the description allows, and requests that it forbids, and runs all
of its checks on what the application answers, in this process and inside the test's transaction.

Generating is slow, so `make test` does it for PostgreSQL alone. It is the stricter database: it takes no NUL,
and no number or text that is too large for its column.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from schemathesis.config import SchemathesisConfig

from accounts.validation import clean_text

# The same requests in every run: each odd value that the description suggests, and some by chance.
generated = settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

# hypothesis would also try constants of our modules that are loaded, which depends on the tests that ran before.
providers._get_local_constants = lambda: providers._local_constants

NOTHING_LEARNT = {"extra-data-sources": {"responses": False}}  # from answers, which come in any order
FROM_THE_DESCRIPTION_ALONE = {
    "examples": NOTHING_LEARNT,
    "coverage": NOTHING_LEARNT,
    "fuzzing": NOTHING_LEARNT | {"error-feedback": {"enabled": False}},
}


def promises(document: dict[str, Any], application: Any, *, drops_nul: bool = False, **config: Any) -> Any:
    """The description as schemathesis takes it; `config` as in its own configuration file.

    `drops_nul`: NUL is a control character like others to this API, which the Mastodon API refuses.
    """
    described = schemathesis.openapi.from_dict(
        document, config=SchemathesisConfig.from_dict({"phases": FROM_THE_DESCRIPTION_ALONE} | config)
    )
    described.app = application

    @described.hook
    def filter_case(context: Any, case: Any) -> bool:
        """In-process a multipart body goes another way: empty parts are lost, and what is no form has no parts.

        A part is text, so that a value of a wrong type is none once it is sent.

        The server counts the characters of a text that it stores, without control characters and blanks at its
        ends. So a text that is too long with them can be right without them.
        """
        if case.meta.generation.mode.is_negative and _is_shortened(case.body, drops_nul):
            return False
        if not (case.media_type or "").startswith("multipart/"):
            return True
        if not isinstance(case.body, dict) or "" in case.body.values():
            return False
        return case.meta.generation.mode.is_positive or all(isinstance(one, str | bytes) for one in case.body.values())

    return described


def _is_shortened(body: Any, drops_nul: bool) -> bool:
    texts = [one for one in body.values() if isinstance(one, str)] if isinstance(body, dict) else []
    return any(len(clean_text(one)) < len(one) for one in texts if drops_nul or "\0" not in one)


@pytest.fixture
def in_transaction(db: None) -> Iterator[None]:
    """Between requests Django closes connections; here the test's transaction is in it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)
