"""How many an account may follow, when it begins to follow several at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.access import Actor
from accounts.models import Account
from follows import graph, policy
from follows.locks import embedded
from follows.models import Tally
from tests.postgres.conftest import Other


@pytest.mark.parametrize("place", [0, 1, 2], ids=["older than both", "in between", "younger than both"])
def test_a_follow_waits_for_another_of_the_same_follower_and_is_one_too_many(
    alice: Account, bob: Account, mallory: Account, beside: Callable[[Callable[[], Any]], Other], place: int
) -> None:
    people = sorted(account.pk for account in (alice, bob, mallory))
    follower = people.pop(place)
    first, other = people
    Tally.objects.create(account_id=follower, following=policy.MAX_FOLLOWS - 1)

    with transaction.atomic(), embedded():
        graph.follow(follower, first, Actor(follower, "test"))
        second = beside(lambda: graph.follow(follower, other, Actor(follower, "test")))
        second.waits()

    assert isinstance(second.ends(), policy.FollowsTooMany)
    assert Tally.objects.get(pk=follower).following == policy.MAX_FOLLOWS
