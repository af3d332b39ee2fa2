"""A server is blocked while somebody of it follows, or is followed: no tie to it is left standing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.access import Actor
from accounts.models import Account
from follows import domains, graph, policy
from follows.locks import embedded
from follows.models import Follow
from tests.postgres.conftest import Other

Beside = Callable[[Callable[[], Any]], Other]
SERVER = "other.example"


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain=SERVER)


@pytest.fixture(params=["theirs", "mine"])
def follow(request: pytest.FixtureRequest, zoe: Account, carol: Account) -> Callable[[], Any]:
    """A request of somebody there to carol, or of carol to somebody there."""
    pair = {"theirs": (zoe.pk, carol.pk), "mine": (carol.pk, zoe.pk)}[request.param]
    return lambda: graph.follow(*pair, Actor(pair[0], "test"))


@pytest.fixture
def block(carol: Account) -> Callable[[], Any]:
    return lambda: domains.block(carol.pk, SERVER, Actor(carol.pk, "test"))


def test_a_block_of_a_server_waits_for_a_follow_and_cuts_it(
    follow: Callable[[], Any], block: Callable[[], Any], beside: Beside
) -> None:
    with transaction.atomic(), embedded():
        follow()
        blocking = beside(block)
        blocking.waits()

    assert blocking.ends() is None
    assert not Follow.objects.exists()


def test_a_follow_waits_for_a_block_of_a_server_and_is_refused(
    follow: Callable[[], Any], block: Callable[[], Any], beside: Beside
) -> None:
    with transaction.atomic(), embedded():
        block()
        following = beside(follow)
        following.waits()

    assert isinstance(following.ends(), policy.Blocked)
    assert not Follow.objects.exists()
