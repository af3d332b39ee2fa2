"""A client asks for a token of its own, which acts for nobody (mastodon.md §1.4)."""

import pytest

from compat_mastodon.models import AccessToken
from tests.compat_mastodon.oauth_client import error_of, register


@pytest.mark.parametrize(
    ("registered", "asked", "granted"),
    [
        ("read write", None, "read"),
        ("read write", "write", "write"),
        ("read write", "write read", "write read"),
        ("", "profile", "profile"),
        ("", None, "read"),
    ],
)
def test_a_client_gets_a_token_of_its_own(db: None, registered: str, asked: str | None, granted: str) -> None:
    answer = register(scopes=registered).token(grant_type="client_credentials", redirect_uri=None, scope=asked)
    assert (answer.status_code, answer.json()["scope"]) == (200, granted)
    assert AccessToken.objects.get().user is None


@pytest.mark.parametrize(
    ("registered", "asked"), [("read", "write"), ("read", "read:follows"), ("write", None), ("read", "nonsense")]
)
def test_a_client_gets_no_more_than_it_registered(db: None, registered: str, asked: str | None) -> None:
    answer = register(scopes=registered).token(grant_type="client_credentials", scope=asked)
    assert error_of(answer) == (400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
