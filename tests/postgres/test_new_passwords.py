"""A password is given anew while somebody is just signing in with a code: no token outlives it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth import tokens
from tests.compat_mastodon.oauth_client import CALLBACK
from tests.postgres.conftest import Other

Beside = Callable[[Callable[[], Any]], Other]


@pytest.fixture
def exchange(alice: Account) -> Callable[[], Any]:
    application, _ = tokens.register(name="Race", redirect_uris=[CALLBACK], scope="read", website="")
    code = tokens.issue_code(application, alice, CALLBACK, "read", "")
    return lambda: tokens.exchange(code, application, CALLBACK, "")


def test_the_new_password_waits_for_the_token_and_ends_it(
    alice: Account, exchange: Callable[[], Any], beside: Beside
) -> None:
    with transaction.atomic():
        exchange()
        change = beside(lambda: people.reset_password(alice, "a new key 77"))
        change.waits()

    assert change.ends() is None
    assert AccessToken.objects.get().revoked_at


def test_the_code_waits_for_the_new_password_and_is_worth_nothing(
    alice: Account, exchange: Callable[[], Any], beside: Beside
) -> None:
    with transaction.atomic():
        people.reset_password(alice, "a new key 77")
        signing_in = beside(exchange)
        signing_in.waits()

    assert isinstance(signing_in.ends(), tokens.Refusal)
    assert not AccessToken.objects.exists()
