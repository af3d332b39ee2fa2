"""How many an account may follow, when it begins to follow several at once."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.access import Actor
from accounts.models import Account
from follows import graph, policy
from follows.locks import embedded
from follows.models import Tally
from tests.postgres.conftest import Other


def test_a_follow_waits_for_another_of_the_same_follower_and_is_one_too_many(
    alice: Account, bob: Account, mallory: Account, beside: Callable[[Callable[[], Any]], Other]
) -> None:
    Tally.objects.create(account=alice, following=policy.MAX_FOLLOWS - 1)

    with transaction.atomic(), embedded():
        graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
        second = beside(lambda: graph.follow(alice.pk, mallory.pk, Actor(alice.pk, "test")))
        second.waits()

    assert isinstance(second.ends(), policy.FollowsTooMany)
    assert Tally.objects.get(pk=alice.pk).following == policy.MAX_FOLLOWS
